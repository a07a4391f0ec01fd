/* Messages and names: how failing functions say why, how names are compared and proposed. */
#ifndef NET_TEXT_H
#define NET_TEXT_H

/* Writes the message into err and returns -1. */
__attribute__((format(printf, 2, 3))) int fail(char err[512], const char *format, ...);

/* Letters to change, add or drop to turn a into b (counted up to 64 letters). */
int text_distance(const char *a, const char *b);

/* Order of names as people count: image2 before image10. For qsort over const char *. */
int text_natural(const char *a, const char *b);
int text_natural_order(const void *a, const void *b);

#endif
