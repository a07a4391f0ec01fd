/* Names: how they are compared, ordered and proposed. */
#ifndef NET_TEXT_H
#define NET_TEXT_H
#include "base.h" /* fail, which all who propose names use */

/* Letters to change, add or drop to turn a into b (counted up to 64 letters). */
int text_distance(const char *a, const char *b);

/* Order of names as people count: image2 before image10. For qsort over const char *. */
int text_natural(const char *a, const char *b);
int text_natural_order(const void *a, const void *b);

#endif
