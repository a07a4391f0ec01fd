#include "log/table.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void read_head(struct table *t, char *line) {
  for (char *name; (name = strsep(&line, ","));) {
    t->name = mem_grow(t->name, (size_t)(t->columns + 1) * sizeof *t->name);
    t->name[t->columns++] = mem_text("%s", name);
  }
}

/* 0 when the row has not just as many numbers as there are columns. */
static int read_row(const struct table *t, const char *line, double *out) {
  for (int i = 0; i < t->columns; i++) {
    char *end;
    out[i] = strtod(line, &end);
    if (end == line || *end != (i + 1 < t->columns ? ',' : '\0'))
      return 0;
    line = end + 1;
  }
  return 1;
}

int table_read(struct table *t, const char *path, char err[ERR]) {
  *t = (struct table){0};
  FILE *f = fopen(path, "re");
  char *line = NULL;
  size_t room = 0;
  int64_t space = 0;
  if (!f)
    return fail(err, "cannot read %s: %s", path, strerror(errno));
  for (ssize_t n; (n = getline(&line, &room, f)) > 0 && line[n - 1] == '\n';) {
    line[n - 1] = 0;
    if (!t->columns) {
      read_head(t, line);
      continue;
    }
    if (t->rows == space) {
      space = 2 * space + 64;
      t->value = mem_grow(t->value, (size_t)(space * t->columns) * sizeof *t->value);
    }
    if (!read_row(t, line, t->value + t->rows * t->columns))
      break;
    t->rows++;
  }
  fclose(f);
  free(line);
  return 0;
}

void table_close(struct table *t) {
  for (int i = 0; i < t->columns; i++)
    free(t->name[i]);
  free(t->name), free(t->value);
  *t = (struct table){0};
}

int table_layout(const struct table *t, struct table_layout *l) {
  static const char *const FIRST[] = {"epoch", "step", "lr", "loss"};
  int outputs = t->columns - TABLE_OUTPUTS - 1, half = outputs / 2, val = outputs > 1 && outputs % 2 == 0;
  if (outputs < 1 || strcmp(t->name[t->columns - 1], "seconds"))
    return -1;
  for (int i = 0; i <= TABLE_OUTPUTS; i++)
    if (strcmp(t->name[i], FIRST[i]))
      return -1;
  for (int i = 0; i < half && val; i++) {
    const char *name = t->name[TABLE_OUTPUTS + half + i];
    val = !strncmp(name, "val_", 4) && !strcmp(name + 4, t->name[TABLE_OUTPUTS + i]);
  }
  *l = (struct table_layout){val ? half : outputs, val};
  return 0;
}
