/* Edit distance (Levenshtein's, one row at a time) and the natural order of names. */
#include "data/text.h"
#include <ctype.h>
#include <string.h>

enum { LETTERS = 64 };

int text_distance(const char *a, const char *b) {
  int n = (int)strnlen(a, LETTERS), m = (int)strnlen(b, LETTERS), row[LETTERS + 1];
  for (int j = 0; j <= m; j++)
    row[j] = j;
  for (int i = 1; i <= n; i++) {
    int corner = row[0];
    row[0] = i;
    for (int j = 1; j <= m; j++) {
      int change = corner + (a[i - 1] != b[j - 1]);
      corner = row[j];
      int step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = change < step ? change : step;
    }
  }
  return row[m];
}

int text_natural(const char *a, const char *b) {
  for (; *a && *b; a++, b++) {
    if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
      size_t za = strspn(a, "0"), zb = strspn(b, "0");
      size_t na = strspn(a + za, "0123456789"), nb = strspn(b + zb, "0123456789");
      if (na != nb)
        return na < nb ? -1 : 1;
      int order = strncmp(a + za, b + zb, na);
      if (order)
        return order;
      a += za + na - 1;
      b += zb + nb - 1;
    } else if (*a != *b)
      return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
  }
  return (*a != 0) - (*b != 0);
}

int text_natural_order(const void *a, const void *b) {
  const char *x = *(const char *const *)a, *y = *(const char *const *)b;
  int order = text_natural(x, y);
  return order ? order : strcmp(x, y);
}
