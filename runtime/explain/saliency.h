/* What in a picture makes a class probable: maps [height, width] over the network's picture, by five methods.

   perturbation  each pixel, or block of them, is made darker and lighter by several amounts, parts of the way from black
                 to white; its value is the mean of |change of the probability / change of the pixel|. All channels of a
                 pixel change together.
   gradient      |d probability / d pixel|, in those units; the largest of the channels (Simonyan et al., 2013).
   smoothgrad    the same of the mean of the gradients at noisy copies (Smilkov et al., 2017).
   gradcam       a stage's maps, weighed by the mean gradients of the logit in them, what is positive of their sum,
                 enlarged to the picture (Selvaraju et al., 2017).
   occlusion     how much the probability falls when a grey square hides the pixel: the mean over the squares that do
                 (Zeiler and Fergus, 2014). Below zero where it rises. */
#ifndef NET_SALIENCY_H
#define NET_SALIENCY_H
#include "explain/explain.h"

enum method { PERTURBATION, GRADIENT, SMOOTHGRAD, GRADCAM, OCCLUSION, METHODS };
extern const char *const method_name[METHODS];

struct saliency {
  struct explainer *e;
  enum method method;
  const struct net_stage *stage; /* gradcam */
  int64_t block, square, stride, copies;
  double noise;      /* smoothgrad: deviation, white is 1 above black */
  struct job job;    /* the predict block */
  struct insight insight;
  int64_t room;      /* pictures computed at once */
  void *in[NET_BASES]; /* as many: variants of one sample */
  float *sum, *weight; /* of a picture: for methods that add up */
  int64_t done, total; /* pictures computed; with all samples */
  double begun, told;
};

void saliency_add(struct cli *c); /* the methods' options */
int saliency_open(struct saliency *s, struct explainer *e, char err[ERR]);
void saliency_close(struct saliency *s);
/* Probabilities [n, classes] of the n samples in e->given. */
const float *saliency_classes(struct saliency *s, int64_t n);
/* Maps [n, height, width] for class k[i] of each, whose probability is p[i]. */
void saliency_maps(struct saliency *s, int64_t n, const int32_t *k, const float *p, float *map);

#endif
