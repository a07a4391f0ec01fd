#include "view/view.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

void table_add(Table *t, const char *format, ...) {
  char cell[256];
  va_list args;
  va_start(args, format);
  vsnprintf(cell, sizeof cell, format, args);
  va_end(args);
  vec_push(t->mem, &t->cells, arena_strndup(t->mem, cell, strlen(cell)));
}

static int width_of(const Table *t, int column, int columns) {
  int width = 0;
  for (int i = column; i < t->cells.count; i += columns)
    width = (int)strlen(t->cells.at[i]) > width ? (int)strlen(t->cells.at[i]) : width;
  return width;
}

void table_print(const Table *t, FILE *to) {
  int columns = (int)strlen(t->align), total = 0;
  for (int k = 0; k < columns; k++)
    total += width_of(t, k, columns) + 3;
  for (int i = 0; i < t->cells.count; i++) {
    int k = i % columns, width = width_of(t, k, columns), last = k == columns - 1;
    fprintf(to, "%s%*s%s", k ? "   " : "  ",
            t->align[k] == 'r' ? width
            : last             ? 0
                               : -width,
            t->cells.at[i], last ? "\n" : "");
    for (int c = 0; i == columns - 1 && c < total; c++)
      fputs(c < 2 ? " " : c < total - 1 ? "-" : "\n", to);
  }
}

const char *count_text(Arena *a, double n) {
  char plain[40], out[60];
  int digits = snprintf(plain, sizeof plain, "%.0f", n), k = 0;
  for (int i = 0; i < digits; i++) {
    if (i && (digits - i) % 3 == 0 && plain[i - 1] != '-')
      out[k++] = ',';
    out[k++] = plain[i];
  }
  return arena_strndup(a, out, (size_t)k);
}

const char *scaled_text(Arena *a, double n, const char *unit) {
  static const char *const prefix[] = {"", "k", "M", "G", "T", "P"};
  int p = 0;
  for (; p < 5 && fabs(n) >= 999.95; p++)
    n /= 1000;
  return arena_printf(a, "%.*f %s%s", p ? 1 : 0, n, prefix[p], unit);
}
