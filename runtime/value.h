/* The values of recipe lines as text, both ways. */
#ifndef NET_VALUE_H
#define NET_VALUE_H
#include "base.h"
#include "netrt.h"

/* The number given for a parameter, by name or as the position-th of those without a name. */
double call_number(const struct net_call *call, const char *name, int position, double otherwise);

/* A value as a call: cosine(warmup: 1) is one, and so is the bare word `constant`. name is NULL for anything else. */
struct net_call call_of(const struct net_arg *value);

/* Reads a value as written in a recipe: 3, 1e-3, true, word, "text", [1, 2], cosine(warmup: 1). Memory is taken from h.
 */
int value_read(struct net_arg *value, const char *text, struct heap *h, char err[ERR]);
void value_write(FILE *out, const struct net_arg *value); /* what value_read reads back */

#endif
