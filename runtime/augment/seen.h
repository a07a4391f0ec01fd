/* The one rule by which boxes stay when their picture is moved, cut, or covered in part. */
#ifndef NET_SEEN_H
#define NET_SEEN_H

struct rect { /* in pixels, edges of pixels at whole numbers */
  double left, top, right, bottom;
};

/* Less than this share of a box, or of a picture's light, is not worth finding; nor is what is narrower or lower than so
   many pixels. Prepare holds for evaluation too, and makes no box too small to be found: there the pixels are 0. */
#define SEEN_SHARE 0.1
enum { SEEN_PIXELS = 2 };

/* Makes of a box the smallest one around what is seen of it: in a window, or beside a window that is pasted over it.
   0: too little is left, the box is gone. */
int seen_within(struct rect *box, struct rect window, double pixels);
int seen_beside(struct rect *box, struct rect window, double pixels);

#endif
