/* Which boxes of one frame after another are of the same thing. A track takes on the box of its class that covers its last one best,
   if the intersection over union of the two is at least 0.3; the best pairs of all go first. A box that no track takes begins one. A track
   without a box waits where it was for ten frames, then it ends. */
#ifndef NET_TRACK_H
#define NET_TRACK_H
#include "draw/found.h"

enum { TRACK_WAITS = 10 };
#define TRACK_IOU 0.3

struct tracker {
  int count, last; /* tracks that live; the number given last, from 1 on */
  struct track *track;
};
void tracker_step(struct tracker *t, struct found_list frame); /* sets the id of each box */
void tracker_free(struct tracker *t);

#endif
