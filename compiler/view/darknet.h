/* netc import-darknet, between its files: darknet.c reads the cfg, darknet_layer.c and darknet_conv.c understand the
   layers, darknet_write.c writes the .net and the weights, darknet_detect.c what is in the .net about pictures and boxes. */
#ifndef VIEW_DARKNET_H
#define VIEW_DARKNET_H
#include "view/view.h"

typedef struct {
  const char *key, *value;
  Span at; /* the line in the cfg */
  int used;
} DarkPair;

typedef struct {
  const char *kind; /* convolutional, route ... */
  Span at;
  Vec(DarkPair) pairs;
} DarkSection;

/* Weights in the order in which Darknet's file holds them. */
typedef struct {
  const char *name;
  int64_t dim[4];
  int rank;
} DarkTensor;

enum {
  DARK_IMAGE = -1, /* the number of the layer before the first */
  MOST = 1 << 20   /* channels, sizes: far beyond any network */
};

typedef struct {
  DarkSection *section;
  int64_t dim[3];   /* channels, height, width */
  int flat;         /* the value is [channels], not [channels, 1, 1] */
  int same;         /* route, yolo: nothing is computed, the value is that of `from` */
  int from;         /* where the flow comes from */
  const char *step; /* what it goes through; NULL: it begins with `start` */
  const char *start;
  int uses, flows; /* by how many, and by how many of them through `from` */
  int yolo;        /* its number among those, from 1 */
  const char *anchors;
  double scale_xy;
} DarkLayer;

typedef struct {
  Ctx *c;
  const char *cfg;           /* the path */
  Vec(DarkSection) sections; /* all, [net] being the first */
  Vec(DarkLayer) layers;
  Vec(DarkTensor) tensors;
  int64_t dim[3]; /* of the picture */
  int letterbox, yolos;
  int64_t classes; /* of the yolo layers; */
  Span classes_at;
  const char *names, *names_path; /* theirs, as a list of texts; the file; NULL: not known */
  unsigned blocks; /* which of the activations follow a normalised convolution */
} Darknet;

/* darknet.c: each 0 or NULL after reporting. */
int dark_read(Darknet *d, const char *path);
int dark_refuse(Darknet *d, Span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *dark_text(DarkSection *s, const char *key, const char *otherwise);
Span dark_line(DarkSection *s, const char *key); /* of the key, or of the section that lacks it */
int dark_whole(Darknet *d, DarkSection *s, const char *key, int64_t otherwise, int64_t least, int64_t most,
               int64_t *to);
int dark_same(Darknet *d, DarkSection *s, const char *key,
              const char *only); /* the key is not there or has this value */

/* darknet_layer.c */
int dark_layers(Darknet *d);
const int64_t *dark_dim(const Darknet *d, int i);
int dark_flat(const Darknet *d, int i);
void dark_set(DarkLayer *l, int64_t channels, int64_t height, int64_t width);

/* darknet_conv.c */
int dark_activation_of(Darknet *d, DarkSection *s,
                       const char *otherwise); /* a row of dark_activation; -1 after reporting */
int dark_conv(Darknet *d, DarkLayer *l);
int dark_connected(Darknet *d, DarkLayer *l);

/* darknet_detect.c */
int dark_names(Darknet *d, const char *path); /* of a file, or (NULL) of one that lies beside the cfg */
void dark_add_predict(const Darknet *d, Text *t);

/* darknet_write.c */
extern const char *const dark_activation[][3];  /* Darknet's name, ours after an arrow, its block; ends with NULL */
const char *dark_name(const Darknet *d, int i); /* x7, or image */
int64_t dark_floats(const DarkTensor *t);
int dark_write_net(Darknet *d, const char *stem);
int dark_write_weights(Darknet *d, const char *from, const char *stem);

#endif
