#include "augment/seen.h"
#include <math.h>

static double area(const struct rect *r) {
  return r->right > r->left && r->bottom > r->top ? (r->right - r->left) * (r->bottom - r->top) : 0;
}

static struct rect common(const struct rect *a, const struct rect *b) {
  return (struct rect){fmax(a->left, b->left), fmax(a->top, b->top), fmin(a->right, b->right), fmin(a->bottom, b->bottom)};
}

static int is_seen(const struct rect *r, double seen, double whole, double pixels) {
  return seen > 0 && seen >= SEEN_SHARE * whole && r->right - r->left >= pixels && r->bottom - r->top >= pixels;
}

int seen_within(struct rect *box, struct rect window, double pixels) {
  double whole = area(box);
  *box = common(box, &window);
  return is_seen(box, area(box), whole, pixels);
}

/* A window makes a box smaller only where it covers one of its sides from end to end. */
int seen_beside(struct rect *box, struct rect window, double pixels) {
  struct rect hidden = common(box, &window);
  double whole = area(box), seen = whole - area(&hidden);
  if (seen == whole)
    return 1;
  if (hidden.top <= box->top && hidden.bottom >= box->bottom) {
    if (hidden.left <= box->left)
      box->left = hidden.right;
    else if (hidden.right >= box->right)
      box->right = hidden.left;
  } else if (hidden.left <= box->left && hidden.right >= box->right) {
    if (hidden.top <= box->top)
      box->top = hidden.bottom;
    else if (hidden.bottom >= box->bottom)
      box->bottom = hidden.top;
  }
  return is_seen(box, seen, whole, pixels);
}
