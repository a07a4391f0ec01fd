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

/* Without blanks at the end. */
static void print_row(const Table *t, int row, int columns, FILE *to) {
  Text line = {.mem = t->mem};
  for (int k = 0; k < columns; k++) {
    int width = width_of(t, k, columns);
    text_add(&line, "%s%*s", k ? "   " : "  ", t->align[k] == 'r' ? width : -width, t->cells.at[row * columns + k]);
  }
  while (line.at[line.len - 1] == ' ')
    line.len--;
  fprintf(to, "%.*s\n", (int)line.len, line.at);
}

void table_print(const Table *t, FILE *to) {
  int columns = (int)strlen(t->align), total = -3;
  for (int k = 0; k < columns; k++)
    total += width_of(t, k, columns) + 3;
  print_row(t, 0, columns, to);
  fputs("  ", to);
  for (int i = 0; i < total; i++)
    fputc('-', to);
  fputc('\n', to);
  for (int row = 1; row < t->cells.count / columns; row++)
    print_row(t, row, columns, to);
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
  static const char *const prefix[] = {"u", "m", "", "k", "M", "G", "T", "P"};
  int p = 2;
  for (; p < 7 && fabs(n) >= 999.95; p++)
    n /= 1000;
  for (; p > 0 && n && fabs(n) < 0.9995; p--)
    n *= 1000;
  return arena_printf(a, "%.*f %s%s", p == 2 ? 0 : 1, n, prefix[p], unit);
}
