/* Classes of samples from texts: names or numbers that were found in file names or tables. */
#ifndef NET_LABELS_H
#define NET_LABELS_H
#include "data/files.h"
#include "data/source.h"

/* text[i] is what sample i of s has for a class. Writes the class of each into label, and the classes' names into
   names, unless the texts are numbers or the block names its classes itself. In this order: the block's `names:`; whole
   numbers below the field's number of classes, if all texts are; else the different texts, sorted, of which there have
   to be as many as classes. 0, or -1 and err. */
int labels_read(const struct source *s, char *const *text, int32_t *label, struct paths *names, char err[512]);

#endif
