/* Duty: `saliency`: batch by batch, the class, the maps, and what is written of them. */
#include "explain/heat.h"
#include "explain/npy.h"
#include "explain/saliency.h"
#include <stdlib.h>
#include <string.h>

struct run {
  struct explainer e;
  struct saliency s;
  struct npy npy;
  const char *out;
  int json, pictures;
  int64_t class; /* --class; -1: each picture's own */
  int32_t *k;
  float *p, *map;
  struct net_picture **row; /* of all samples, where they make one sheet */
  int columns;
};

static int is_picture_name(const char *path) {
  return path && path_is_picture(path);
}

static int open_results(struct run *r, char err[ERR]) {
  struct explainer *e = &r->e;
  const struct given *g = &e->given;
  const char *class = cli_get(e->cli, "class"), *npy = cli_get(e->cli, "npy");
  const int64_t dim[] = {e->height, e->width};
  enum { SHEET_MOST = 256 };
  r->class = class ? class_find(g->names, e->classes, "class", class, err) : -1;
  if (class && r->class < 0)
    return -1;
  r->out = cli_get(e->cli, "output");
  r->json = cli_get(e->cli, "json") != NULL;
  r->pictures = r->out || (!r->json && !npy);
  r->k = mem_get((size_t)g->batch * sizeof *r->k);
  r->p = mem_get((size_t)g->batch * sizeof *r->p);
  r->map = block_get(g->batch * e->height * e->width * 4);
  if (!r->map)
    return fail(err, "out of memory for a batch of %lld; a smaller --batch needs less", (long long)g->batch);
  if (r->pictures && g->total > 1 && is_picture_name(r->out)) {
    if (g->total > SHEET_MOST)
      return fail(err, "-o %s: %lld pictures are too many for one sheet; name a folder", r->out, (long long)g->total);
    r->row = mem_get((size_t)g->total * sizeof *r->row);
  }
  return npy ? npy_create(&r->npy, npy, 2, dim, err) : 0;
}

static void choose_classes(struct run *r, int64_t n) {
  const float *score = saliency_classes(&r->s, n);
  for (int64_t i = 0; i < n; i++, score += r->e.classes) {
    int64_t best = r->class < 0 ? 0 : r->class;
    for (int64_t k = 1; k < r->e.classes && r->class < 0; k++)
      best = score[k] > score[best] ? k : best;
    r->k[i] = (int32_t)best;
    r->p[i] = score[best];
  }
}

/* ---- one sample ---- */

/* Where the map is largest, in pixels of the original. */
static void peak(const struct run *r, int64_t i, const float *map, float *largest, double at[2]) {
  static const double itself[6] = {1, 0, 0, 0, 1, 0};
  const struct explainer *e = &r->e;
  const double *m = e->given.original[i] ? e->given.original[i]->map : itself;
  int best = 0;
  for (int x = 1; x < e->height * e->width; x++)
    best = map[x] > map[best] ? x : best;
  double x = best % e->width + 0.5, y = best / e->width + 0.5;
  at[0] = m[0] * x + m[1] * y + m[2], at[1] = m[3] * x + m[4] * y + m[5];
  *largest = map[best];
}

static void say(const struct run *r, int64_t i, const float *map) {
  const struct given *g = &r->e.given;
  char number[NUMBER], name[64];
  float largest;
  double at[2];
  peak(r, i, map, &largest, at);
  const char *class = name_of(g->names, r->k[i], number);
  if (!r->json) {
    printf("%s: %s %.1f %%, ", sample_name(g, i, name), class, 100 * (double)r->p[i]);
    if (largest > 0)
      printf("strongest at (%d, %d)\n", (int)at[0], (int)at[1]);
    else
      puts("nothing speaks for it");
    return;
  }
  printf("%s{", g->number[i] ? ",\n" : "[\n");
  if (g->path[i])
    fputs("\"file\": ", stdout), show_json_text(stdout, g->path[i]);
  else
    printf("\"sample\": %lld", (long long)g->index[i]);
  fputs(", \"class\": ", stdout), show_json_text(stdout, class);
  printf(", \"probability\": %.9g, \"method\": \"%s\"", (double)r->p[i], method_name[r->s.method]);
  if (r->s.stage)
    fputs(", \"stage\": ", stdout), show_json_text(stdout, r->s.stage->name);
  printf(", \"largest\": %.9g, \"at\": [%.1f, %.1f]}", (double)largest, at[0], at[1]);
}

static struct net_picture *draw(const struct run *r, int64_t i, const float *map) {
  const struct explainer *e = &r->e;
  int smooth = r->s.method == GRADCAM || r->s.method == OCCLUSION;
  struct heat h = heat_of(map, e->width, e->height, smooth ? 0 : 0.01);
  struct net_picture *p = sample_picture(e, i);
  char name[64], number[NUMBER];
  const char *path = sample_name(&e->given, i, name);
  char *title = mem_text("%s: %s %.1f %%  (%s%s%s)", path_file(path), name_of(e->given.names, r->k[i], number),
                         100 * (double)r->p[i], method_name[r->s.method], r->s.stage ? ", " : "",
                         r->s.stage ? r->s.stage->name : "");
  struct net_picture *row = p ? heat_row(p, &h, title) : NULL;
  image_free(p);
  free(title);
  return row;
}

static int write_row(struct run *r, int64_t i, const float *map, char err[ERR]) {
  struct net_picture *row = draw(r, i, map);
  if (!row)
    return fail(err, "out of memory for a picture");
  if (r->row) {
    r->row[r->e.given.number[i]] = row;
    return 0;
  }
  char *path = result_path(&r->e.given, i, r->out, "saliency", err);
  int status = path ? image_write(path, row, err) : -1;
  if (!status)
    fprintf(stderr, "wrote %s\n", path);
  free(path);
  image_free(row);
  return status;
}

/* ---- all of them ---- */

/* One below the other, in two columns when there are many. */
static int write_sheet(struct run *r, char err[ERR]) {
  int64_t n = r->e.given.total, columns = n > 6 ? 2 : 1, rows = (n + columns - 1) / columns;
  int width = 0, height = 0;
  for (int64_t i = 0, below = 0; i < n; i++) {
    below = (i % rows ? below : 0) + r->row[i]->height;
    height = below > height ? (int)below : height;
    width = r->row[i]->width > width ? r->row[i]->width : width;
  }
  struct net_picture *sheet = canvas_new((int)columns * width, height, (struct color){250, 250, 250});
  if (!sheet)
    return fail(err, "out of memory for a sheet of %lld pictures", (long long)n);
  for (int64_t i = 0, below = 0; i < n; i++) {
    below = i % rows ? below : 0;
    canvas_picture(sheet, (int)(i / rows) * width, (int)below, r->row[i], 1);
    below += r->row[i]->height;
  }
  int status = image_write(r->out, sheet, err);
  if (!status)
    fprintf(stderr, "wrote %s\n", r->out);
  image_free(sheet);
  return status;
}

static int run(struct run *r, char err[ERR]) {
  int64_t pixels = (int64_t)r->e.height * r->e.width;
  int64_t first = 0, n;
  for (; (n = explainer_fill(&r->e, first, err)) > 0; first += n) {
    choose_classes(r, n);
    saliency_maps(&r->s, n, r->k, r->p, r->map);
    if (r->npy.file && npy_add(&r->npy, r->map, n, err))
      return -1;
    for (int64_t i = 0; i < n; i++) {
      say(r, i, r->map + i * pixels);
      if (r->pictures && write_row(r, i, r->map + i * pixels, err))
        return -1;
    }
    fflush(stdout);
  }
  if (r->json)
    puts(first ? "\n]" : "[]");
  return n < 0 ? -1 : r->row && first ? write_sheet(r, err) : 0;
}

static void run_close(struct run *r) {
  for (int64_t i = 0; r->row && i < r->e.given.total; i++)
    image_free(r->row[i]);
  free(r->row), free(r->k), free(r->p);
  block_free(r->map);
  saliency_close(&r->s);
  explainer_close(&r->e);
}

void saliency_options(const struct command *c) {
  struct cli *cli = c->cli;
  cli_add(cli, (struct cli_row){"output", 'o', "FILE", "The picture; for several, a folder or a sheet's file", OFTEN});
  cli_add(cli, (struct cli_row){"class", 0, "CLASS", "Whose probability; the most probable class if not given", OFTEN});
  saliency_add(cli);
  cli_add(cli, (struct cli_row){"npy", 0, "FILE", "The maps too, as float32 [N, height, width]", OFTEN});
  cli_add(cli, (struct cli_row){"json", 0, NULL, "Results as JSON on standard output", OFTEN});
  explain_options(c, EXPLAIN_CLASSES);
}

int command_saliency(const struct command *c, char err[ERR]) {
  struct run r = {0};
  char late[ERR];
  int status = explainer_begin(&r.e, c, EXPLAIN_CLASSES, err) || saliency_open(&r.s, &r.e, err) || open_results(&r, err) ||
                       run(&r, err)
                   ? -1
                   : r.e.given.failures > 0;
  if (npy_close(&r.npy, status ? late : err) && !status)
    status = -1;
  run_close(&r);
  return status == -1 && !*err ? 0 : status; /* a list was all that was asked for */
}
