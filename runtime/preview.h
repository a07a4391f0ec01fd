/* `preview: sample(count: 64)`: after every epoch a predict command of the program runs on the same few inputs and
   noise, and its pictures go to the run's folder, preview/0001.png and so on; several shows: preview/0001/NAME.png. */
#ifndef NET_PREVIEW_H
#define NET_PREVIEW_H
#include "model.h"

struct preview;

struct preview_spec {
  const struct net_call *call; /* the predict command's name; count: how many samples */
  const struct net_data *data; /* whose samples it sees, */
  struct net_dataset *set;     /* from this set; outlives the preview */
  uint64_t seed;
  const char *folder; /* of the run */
  void (*wrote)(void *who, const char *show, const char *path); /* is told of each picture */
  void *who;
};

struct preview *preview_open(struct model *m, const struct preview_spec *spec, char err[ERR]);
int preview_write(struct preview *p, int64_t epoch, char err[ERR]);
void preview_close(struct preview *p);

#endif
