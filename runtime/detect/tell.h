/* What an evaluation tells of the detections of a split, beside its metrics: how each class did, which was taken for which, and
   precision over recall; as text, as JSON, and as confusion.svg and precision_recall.svg. */
#ifndef NET_DETECT_TELL_H
#define NET_DETECT_TELL_H
#include "data/data.h"
#include "detect/gathered.h"
#include "json.h"

struct tell {
  const struct detected *detected;
  const struct net_data *data;
  const struct net_dataset *set; /* names the classes */
};

void tell_table(const struct tell *t, FILE *out);
json_t *tell_json(const struct tell *t);
/* title: what the pictures are of. 0, or -1 and err. */
int tell_pictures(const struct tell *t, const char *folder, const char *title, char err[ERR]);

#endif
