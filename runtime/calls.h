/* Reads the calls of a recipe, such as resize(128, crop: 112), by the signatures in calls.def: what may be given, by
   which name or at which place, and what holds when it is not. */
#ifndef NET_CALLS_H
#define NET_CALLS_H
#include "netrt.h"

enum call_kind {
#define KIND(kind, word, line, example, title) CALL_##kind,
#include "calls.def"
};

struct call_row {
  enum call_kind kind;
  const char *name, *signature, *summary;
};
const struct call_row *call_row(enum call_kind kind, const char *name); /* NULL when there is none */

/* 0, or -1 and err: unknown name (proposing the nearest), unknown, doubled or missing arguments. The readers below take
   a call that passed, and a parameter of its row. */
int call_check(const struct net_call *c, enum call_kind kind, char err[512]);

const struct net_arg *arg_find(const struct net_call *c, enum call_kind kind, const char *param); /* NULL: not given */
double arg_num(const struct net_call *c, enum call_kind kind, const char *param);
/* A text, or "" where a default says so. */
const char *arg_text(const struct net_call *c, enum call_kind kind, const char *param);
/* A number, or a list of numbers: how many (at most max), or -1 when it is neither. */
int arg_nums(const struct net_call *c, enum call_kind kind, const char *param, double *out, int max);
/* The texts of a parameter, one or a list of them, and of those that `more` stands for: how many (at most max), or -1. */
int arg_texts(const struct net_call *c, enum call_kind kind, const char *param, const char **out, int max);
/* The text of a parameter's default; "" when it has none. Copied to out[64]. */
const char *call_default(const struct call_row *row, const char *param, char out[64]);

#endif
