/* JSON that scripts read: what is no finite number is null there, what is no UTF-8 becomes "?". */
#ifndef NET_JSON_H
#define NET_JSON_H
#include "netrt.h"
#include <jansson.h>
#include <stdio.h>

json_t *json_of_text(const char *text);
json_t *json_of_number(double v);
json_t *json_of_shape(int rank, const int64_t *dim);
/* The loss and the metrics, by name behind the prefix; mean NULL: nothing. */
void json_add_means(json_t *to, const struct net_train *t, const char *prefix, const double *mean);

/* Writes a value as one line, and gives it back. */
void json_say(json_t *v, FILE *out);
/* Standard output for JSON alone: what anybody else prints there goes to stderr from now on. NULL: no memory. */
FILE *json_stream(void);

#endif
