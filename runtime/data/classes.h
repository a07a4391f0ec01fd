/* The classes of a split's samples, known without decoding a picture where the source knows them, and weights that make
   up for how unevenly they are spread. */
#ifndef NET_CLASSES_H
#define NET_CLASSES_H
#include "data/dataset.h"

/* The weights of a field class_weight(label): those given, else n / (classes * samples of the class), as scikit-learn's
   "balanced", counted in the training's split; 0 for a class without samples. To be freed; NULL and err. */
float *class_weights(struct net_dataset *s, int field, const char *dir, char err[512]);

#endif
