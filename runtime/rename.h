/* Names of weights that come from elsewhere: a prefix is taken off them, and a table turns them into the program's.

   A table is text, a rule a line; # begins a comment:

       *:kernel    -> *.weight permute 3 2 0 1    # TensorFlow's order: height, width, in, out
       conv2d_1.*  -> layer1.conv1.*

   The rules are gone through in order, each on the name that those before it left. `*` stands for any text, as little of
   it as the rest allows; on the right `*` gives the same texts back in their order, {1} {2} … by their number.
   `permute a b …`: axis 0 of ours is axis a of theirs; such a rule is for tensors of that many axes only. */
#ifndef NET_RENAME_H
#define NET_RENAME_H
#include "safetensors.h"

struct rename_how { /* NULL: nothing to do */
  const char *prefix;
  const char *table; /* its text */
  const char *path;  /* where it was read, for messages */
};

/* Gives the tensors of t their new names and axes. Rules that no name fits are told on `out` (NULL: nowhere). -1 and err:
   a damaged table, a prefix that no name has, two tensors with one name; t is then good for nothing but tensors_close. */
int rename_tensors(struct tensors *t, const struct rename_how *how, const char *path, FILE *out, char err[ERR]);

/* A whole table as text, to be freed; NULL and err. */
char *rename_read(const char *path, char err[ERR]);

#endif
