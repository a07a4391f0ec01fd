/* EXIF's orientation: finds tag 0x112 in the first directory of a TIFF block and turns the picture upright.

   The eight orientations are the symmetries of a rectangle; each says from which corner the stored rows start, and
   whether stored rows are the picture's rows or (5 to 8) its columns. */
#include "image/codec.h"
#include <string.h>

enum { TAG_ORIENTATION = 0x112, TYPE_SHORT = 3 };

static unsigned number(const unsigned char *p, int bytes, int little) {
  unsigned v = 0;
  for (int i = 0; i < bytes; i++)
    v |= (unsigned)p[i] << 8 * (little ? i : bytes - 1 - i);
  return v;
}

int exif_orientation(const unsigned char *tiff, size_t size) {
  if (size < 8 || (memcmp(tiff, "II*\0", 4) && memcmp(tiff, "MM\0*", 4)))
    return 1;
  int little = *tiff == 'I';
  size_t at = number(tiff + 4, 4, little);
  if (at > size - 2)
    return 1;
  unsigned entries = number(tiff + at, 2, little);
  at += 2;
  for (unsigned i = 0; i < entries && size - at >= 12; i++, at += 12) {
    const unsigned char *entry = tiff + at;
    if (number(entry, 2, little) != TAG_ORIENTATION || number(entry + 2, 2, little) != TYPE_SHORT)
      continue;
    unsigned value = number(entry + 8, 2, little);
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}

struct net_picture *exif_apply(struct net_picture *p, int orientation) {
  static const struct {
    /* where the stored pixel for an upright (x, y) is: coordinates swapped, then counted from the end */
    unsigned char turned, flip_x, flip_y;
  } form[9] = {{0}, {0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}, {1, 1, 0}};
  if (!p || orientation == 1)
    return p;
  int turned = form[orientation].turned, c = p->channels;
  struct net_picture *q = image_new(turned ? p->height : p->width, turned ? p->width : p->height, c);
  for (int y = 0; q && y < q->height; y++)
    for (int x = 0; x < q->width; x++) {
      int u = turned ? y : x, v = turned ? x : y;
      u = form[orientation].flip_x ? p->width - 1 - u : u;
      v = form[orientation].flip_y ? p->height - 1 - v : v;
      memcpy(q->pixels + ((size_t)y * q->width + x) * c, p->pixels + ((size_t)v * p->width + u) * c, c);
    }
  image_free(p);
  return q;
}
