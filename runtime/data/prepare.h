/* Brings a loaded sample to its fields: prepare's geometry once, then for each use augmentation and the values. */
#ifndef NET_PREPARE_H
#define NET_PREPARE_H
#include "augment/colour.h"
#include "data/source.h"

struct recipe { /* of one data block, read */
  const struct net_data *data;
  struct steps prepare, augment;
  int resizes;   /* does prepare have geometry? */
  int recolours; /* does augment have colours? */
};
int recipe_read(struct recipe *r, const struct net_data *d, char err[512]);

/* Prepare's geometry, in place, on the cells of all fields. */
int cells_prepare(const struct recipe *r, struct cell *cell, char err[512]);

/* Will the cell, warped, have the field's size? If not, cell_misfit says so and what to write; `where` names the
   sample. */
int cell_fits(const struct recipe *r, int field, const struct cell *c, const struct warp *w);
int cell_misfit(const struct recipe *r, int field, const struct cell *c, const struct warp *w, const char *where,
                char err[512]);

/* Writes a cell that fits as the network takes it. chance NULL: no augmentation. 0, or -1 when out of memory. */
int cell_write(const struct recipe *r, int field, const struct cell *c, const struct warp *w,
               const struct chance *chance, void *out, char err[512]);

/* Values of an image: out = byte * factor + offset, for each channel. */
void value_steps(const struct recipe *r, float factor[3], float offset[3]);

/* Height and width of a field's pictures, as declared. */
void field_size(const struct net_field *f, int *height, int *width);

#endif
