/* Pictures: 8 bits a channel, grey (1 channel) or RGB (3), rows from the top, channels of a pixel side by side.

   Reading gives every PNG and JPEG this form: palettes are looked up, 1, 2 and 4 bits spread to 0…255, 16 bits rounded
   to 8, alpha dropped (as Pillow's convert("RGB") does), CMYK turned into RGB, the orientation that EXIF gives applied.
   */
#ifndef NET_IMAGE_H
#define NET_IMAGE_H
#include <stddef.h>

enum { IMAGE_SIDE_MAX = 20000, IMAGE_PIXELS_MAX = 100000000 };

struct net_picture {
  int width, height, channels;
  unsigned char *pixels;
  /* where a prepared point (x, y) lies here: (m0*x + m1*y + m2, m3*x + m4*y + m5), pixel edges at whole numbers */
  double map[6];
};

struct net_picture *image_new(int width, int height, int channels); /* black, map = identity; NULL when out of memory */
void image_free(struct net_picture *p);

/* NULL and a line in err (path, what is wrong) when the file is missing, empty, too large, neither PNG nor JPEG, or
   broken; errno tells when the system was at fault (ENOMEM, EMFILE, ENFILE), and is something else when the file is. */
struct net_picture *image_read(const char *path, char err[512]);
struct net_picture *image_decode(const unsigned char *bytes, size_t size, const char *path, char err[512]);
/* A PNG whose values are numbers (classes): a palette's indices and small depths are kept as they are; 1 channel. */
struct net_picture *image_read_numbers(const char *path, char err[512]);

/* 0, or -1 and err. A JPEG when the path ends in .jpg or .jpeg (quality 92), else a PNG. */
int image_write(const char *path, const struct net_picture *p, char err[512]);

/* Grey to RGB by repetition, RGB to grey by Rec. 601 (0.299, 0.587, 0.114), rounded. Consumes p; NULL when out of
   memory. */
struct net_picture *image_convert(struct net_picture *p, int channels);

/* Bilinear with antialiasing, Pillow's BILINEAR to the bit: the triangle filter widens when shrinking, and the result
   of the horizontal pass is rounded to bytes. Source and target are planes of bytes. 0, or -1 when out of memory. */
int image_resize(const unsigned char *from, int width, int height, unsigned char *to, int to_width, int to_height);

#endif
