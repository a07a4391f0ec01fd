/* Duty: maps of what makes a class probable. Variants of a sample are computed `room` at a time. */
#include "explain/saliency.h"
#include "rng.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const method_name[METHODS] = {"perturbation", "gradient", "smoothgrad", "gradcam", "occlusion"};
static const double amounts[] = {-0.5, -0.25, -0.1, 0.1, 0.25, 0.5}; /* parts of the way from black to white */
enum { AMOUNTS = sizeof amounts / sizeof *amounts, CELLS = 32, ROOM = 32 };

void saliency_add(struct cli *c) {
  cli_add_now(c, (struct cli_row){"method", 0, "perturbation|gradient|smoothgrad|gradcam|occlusion", "How it is found", OFTEN},
              method_name[PERTURBATION]);
  cli_add(c, (struct cli_row){"stage", 0, "NAME", "gradcam: whose maps; the last with a plane, or list", OFTEN});
  cli_add(c, (struct cli_row){"block", 0, "N", "perturbation: N x N pixels change at once; 1 up to 32 x 32", RARE});
  cli_add(c, (struct cli_row){"square", 0, "N", "occlusion: the side of the grey square; a fifth of the picture's", RARE});
  cli_add(c, (struct cli_row){"stride", 0, "N", "occlusion: how far it moves; a quarter of its side", RARE});
  cli_add(c, (struct cli_row){"copies", 0, "N", "smoothgrad: how many noisy copies (now 50)", RARE});
  cli_add(c, (struct cli_row){"noise", 0, "X", "smoothgrad: deviation of the noise, white is 1 (now 0.15)", RARE});
}

/* ---- opening ---- */

static enum method method_of(const struct cli *c) { /* that it is one of them was checked */
  const char *name = cli_get(c, "method");
  int m = 0;
  while (name && strcmp(name, method_name[m]))
    m++;
  return (enum method)m;
}

static int choose_stage(struct saliency *s, struct cli *c, char err[ERR]) {
  const struct net_predict *p = s->e->predict;
  const char *name = cli_get(c, "stage");
  if (name && s->method != GRADCAM)
    return cli_fail(c, err, "--stage belongs to --method gradcam");
  for (int i = 0; i < p->stages && !name && s->method == GRADCAM; i++)
    if (p->stage[i].has_cam)
      s->stage = &p->stage[i];
  if (name && !(s->stage = stage_find(p, name, err)))
    return -1;
  if (name && !s->stage->has_cam)
    return cli_fail(c, err, "--stage %s: gradcam takes stages of the network's own body with maps of at least 2 x 2", name);
  if (!s->stage && s->method == GRADCAM)
    return fail(err, "gradcam needs a stage with maps of at least 2 x 2, and this network has none");
  return 0;
}

static int numbers(struct saliency *s, struct cli *c, char err[ERR]) {
  const struct explainer *e = s->e;
  int side = e->width > e->height ? e->width : e->height, least = e->width < e->height ? e->width : e->height;
  const char *noise = cli_get(c, "noise");
  int64_t square = least >= 5 ? least / 5 : 1;
  s->noise = noise ? strtod(noise, NULL) : 0.15;
  if (cli_whole(c, "block", 1, (side + CELLS - 1) / CELLS, &s->block, err) ||
      cli_whole(c, "square", 1, square, &s->square, err) ||
      cli_whole(c, "stride", 1, s->square >= 4 ? s->square / 4 : 1, &s->stride, err) ||
      cli_whole(c, "copies", 1, 50, &s->copies, err))
    return -1;
  if (s->square > least)
    return cli_fail(c, err, "--square: the network's picture is %d x %d", e->width, e->height);
  return 0;
}

static int64_t cells(int side, int64_t block) {
  return (side + block - 1) / block;
}

/* Where squares begin along a side: 0, stride … and at last the place that ends with the side. */
static int64_t places(int side, const struct saliency *s) {
  return (side - s->square + s->stride - 1) / s->stride + 1;
}

static int64_t pictures_each(const struct saliency *s) {
  const struct explainer *e = s->e;
  switch (s->method) {
  case PERTURBATION:
    return cells(e->width, s->block) * cells(e->height, s->block) * AMOUNTS;
  case OCCLUSION:
    return places(e->width, s) * places(e->height, s);
  case SMOOTHGRAD:
    return s->copies;
  default:
    return 1;
  }
}

static int is_of_gradients(const struct saliency *s) {
  return s->method == GRADIENT || s->method == SMOOTHGRAD || s->method == GRADCAM;
}

int saliency_open(struct saliency *s, struct explainer *e, char err[ERR]) {
  struct cli *c = e->cli;
  const struct net_entry *entry = &e->program->entry[e->predict->entry];
  s->e = e;
  s->method = method_of(c);
  if (choose_stage(s, c, err) || explainer_open(e, ROOM, err) || numbers(s, c, err))
    return -1;
  if (is_of_gradients(s) && !e->predict->stages)
    return fail(err, "%s needs a network with stages, and `predict %s` runs none", method_name[s->method],
                e->predict->name);
  const struct net_entry *worker = is_of_gradients(s) ? &e->program->entry[e->predict->explain_entry] : entry;
  if (cli_whole(c, "batch", 1, room_for(worker, ROOM), &s->room, err))
    return -1;
  if (job_open(&s->job, &e->m, e->predict->entry, s->room > e->given.batch ? s->room : e->given.batch, err) ||
      (is_of_gradients(s) && insight_open(&s->insight, e, s->room, err)))
    return -1;
  size_t pixels = (size_t)e->height * e->width;
  s->sum = mem_get(pixels * e->channels * sizeof *s->sum);
  s->weight = mem_get(pixels * sizeof *s->weight);
  for (int i = 0; i < entry->inputs; i++) {
    s->in[i] = is_of_gradients(s) ? s->insight.in[i] : block_get(s->room * io_count(&entry->input[i], 1) * 4);
    if (!s->in[i])
      return fail(err, "out of memory for %lld pictures; a smaller --batch needs less", (long long)s->room);
  }
  s->total = e->given.total * pictures_each(s);
  s->begun = s->told = now();
  return 0;
}

void saliency_close(struct saliency *s) {
  for (int i = 0; i < NET_BASES && s->e && !is_of_gradients(s); i++)
    block_free(s->in[i]);
  insight_close(&s->insight);
  if (s->job.entry)
    job_close(&s->job);
  free(s->sum), free(s->weight);
}

/* ---- what takes long says how far it is ---- */

static void advance(struct saliency *s, int64_t n) {
  double t = now();
  s->done += n;
  if (!isatty(STDERR_FILENO) || (s->done < s->total && t - s->told < 0.2) || t - s->begun < 1)
    return;
  double left = (t - s->begun) * (double)(s->total - s->done) / (double)s->done;
  if (s->done < s->total)
    fprintf(stderr, "\r%3.0f %%, %.0f s left \033[K", 100.0 * (double)s->done / (double)s->total, left);
  else
    fputs("\r\033[K", stderr);
  fflush(stderr);
  s->told = t;
}

/* ---- variants of a sample ---- */

static int64_t input_bytes(const struct saliency *s, int i) {
  return io_count(&s->e->given.entry->input[i], 1) * 4;
}

/* Sample i in the first n places. */
static void spread(struct saliency *s, int64_t i, int64_t n) {
  for (int k = 0; k < s->e->given.entry->inputs; k++)
    for (int64_t v = 0; v < n; v++)
      memcpy((char *)s->in[k] + v * input_bytes(s, k), (char *)s->e->given.in[k] + i * input_bytes(s, k),
             (size_t)input_bytes(s, k));
}

static float *variant(const struct saliency *s, int64_t v) {
  return (float *)((char *)s->in[s->e->image] + v * input_bytes(s, s->e->image));
}

static void restore(struct saliency *s, int64_t i, int64_t v) {
  int64_t bytes = input_bytes(s, s->e->image);
  memcpy(variant(s, v), (char *)s->e->given.in[s->e->image] + i * bytes, (size_t)bytes);
}

static const float *probabilities(struct saliency *s, void *const *in, int64_t n) {
  job_run(&s->job, in, n, (struct job_at){s->e->seed, 0, NULL});
  return s->job.out[s->e->predict->show[s->e->show].output];
}

const float *saliency_classes(struct saliency *s, int64_t n) {
  return probabilities(s, s->e->given.in, n);
}

struct area {
  int x, y, width, height;
};

static struct area area_cut(const struct explainer *e, int64_t x, int64_t y, int64_t side) {
  struct area a = {(int)x, (int)y, (int)side, (int)side};
  a.width = a.x + a.width > e->width ? e->width - a.x : a.width;
  a.height = a.y + a.height > e->height ? e->height - a.y : a.height;
  return a;
}

/* The area of a picture: each channel's values times `keep`, and so far from black towards white. */
static void change(const struct explainer *e, float *picture, struct area a, float keep, float part, float black) {
  for (int c = 0; c < e->channels; c++) {
    int k = c < 3 ? c : 2;
    float add = part * (e->range.white[k] - e->range.black[k]) + black * e->range.black[k];
    for (int y = a.y; y < a.y + a.height; y++)
      for (int x = a.x; x < a.x + a.width; x++) {
        float *v = picture + ((size_t)c * e->height + y) * e->width + x;
        *v = keep * *v + add;
      }
  }
}

static void add_to(float *map, const struct explainer *e, struct area a, float value) {
  for (int y = a.y; y < a.y + a.height; y++)
    for (int x = a.x; x < a.x + a.width; x++)
      map[(size_t)y * e->width + x] += value;
}

/* ---- perturbation, occlusion: variant number v of all ---- */

static struct area perturbed(const struct saliency *s, int64_t v) {
  int64_t cell = v / AMOUNTS, across = cells(s->e->width, s->block);
  return area_cut(s->e, cell % across * s->block, cell / across * s->block, s->block);
}

static struct area occluded(const struct saliency *s, int64_t v) {
  const struct explainer *e = s->e;
  int64_t across = places(e->width, s), x = v % across * s->stride, y = v / across * s->stride;
  return area_cut(e, x + s->square > e->width ? e->width - s->square : x,
                  y + s->square > e->height ? e->height - s->square : y, s->square);
}

static void probe(struct saliency *s, int64_t i, int32_t k, float p, float *map) {
  const struct explainer *e = s->e;
  int64_t all = pictures_each(s), pixels = (int64_t)e->height * e->width;
  int squares = s->method == OCCLUSION;
  memset(map, 0, (size_t)pixels * sizeof *map);
  memset(s->weight, 0, (size_t)pixels * sizeof *s->weight);
  spread(s, i, all < s->room ? all : s->room);
  for (int64_t first = 0; first < all; first += s->room) {
    int64_t n = all - first < s->room ? all - first : s->room;
    for (int64_t v = 0; v < n; v++) {
      restore(s, i, v);
      if (squares)
        change(e, variant(s, v), occluded(s, first + v), 0, 0.5f, 1);
      else
        change(e, variant(s, v), perturbed(s, first + v), 1, (float)amounts[(first + v) % AMOUNTS], 0);
    }
    const float *now_p = probabilities(s, s->in, n);
    for (int64_t v = 0; v < n; v++) {
      float fall = p - now_p[v * e->classes + k];
      struct area a = squares ? occluded(s, first + v) : perturbed(s, first + v);
      add_to(map, e, a, squares ? fall : fabsf(fall / (float)amounts[(first + v) % AMOUNTS]) / AMOUNTS);
      add_to(s->weight, e, a, 1);
    }
    advance(s, n);
  }
  for (int64_t x = 0; x < pixels && squares; x++)
    map[x] /= s->weight[x];
}

/* ---- gradients ---- */

/* The largest of the channels, for a change of the whole way from black to white. */
static void largest(const struct explainer *e, const float *gradient, float *map) {
  int64_t pixels = (int64_t)e->height * e->width;
  for (int64_t x = 0; x < pixels; x++) {
    map[x] = 0;
    for (int c = 0; c < e->channels; c++) {
      int k = c < 3 ? c : 2;
      float v = fabsf(gradient[c * pixels + x] * (e->range.white[k] - e->range.black[k]));
      map[x] = v > map[x] ? v : map[x];
    }
  }
}

static void want(struct saliency *s, int64_t v, int32_t k) {
  s->insight.class[v] = k;
  s->insight.logit[v] = s->method == GRADCAM;
}

static void smooth(struct saliency *s, int64_t i, int32_t k, float *map) {
  const struct explainer *e = s->e;
  int64_t size = (int64_t)e->channels * e->height * e->width, number = e->given.number[i];
  float *noise = mem_get((size_t)size * sizeof *noise);
  memset(s->sum, 0, (size_t)size * sizeof *s->sum);
  spread(s, i, s->copies < s->room ? s->copies : s->room);
  for (int64_t first = 0; first < s->copies; first += s->room) {
    int64_t n = s->copies - first < s->room ? s->copies - first : s->room;
    for (int64_t v = 0; v < n; v++) {
      restore(s, i, v);
      want(s, v, k);
      nrt_normal(noise, 0, size, e->seed, (uint64_t)(first + v), number, site_of("smoothgrad"));
      for (int64_t x = 0; x < size; x++) {
        int c = (int)(x / ((int64_t)e->height * e->width));
        c = c < 3 ? c : 2;
        variant(s, v)[x] += (float)s->noise * (e->range.white[c] - e->range.black[c]) * noise[x];
      }
    }
    insight_run(&s->insight, NULL, n);
    for (int64_t v = 0; v < n; v++)
      for (int64_t x = 0; x < size; x++)
        s->sum[x] += ((const float *)s->insight.job.out[0])[v * size + x] / (float)s->copies;
    advance(s, n);
  }
  largest(e, s->sum, map);
  free(noise);
}

/* A stage's map, bilinear between the middles of its pixels, as large as the picture. */
static void enlarge(const struct explainer *e, const float *cam, int64_t height, int64_t width, float *map) {
  for (int y = 0; y < e->height; y++)
    for (int x = 0; x < e->width; x++) {
      float u = fminf(fmaxf(((float)x + 0.5f) * (float)width / (float)e->width - 0.5f, 0), (float)width - 1);
      float v = fminf(fmaxf(((float)y + 0.5f) * (float)height / (float)e->height - 0.5f, 0), (float)height - 1);
      int64_t i = (int64_t)u, j = (int64_t)v, right = i + 1 < width, below = j + 1 < height ? width : 0;
      const float *c = cam + j * width + i;
      float a = u - (float)i, b = v - (float)j;
      float top = c[0] + a * (c[right] - c[0]), bottom = c[below] + a * (c[below + right] - c[below]);
      map[(size_t)y * e->width + x] = top + b * (bottom - top);
    }
}

/* Samples first … first + n - 1 of the batch at once. */
static void differentiate(struct saliency *s, int64_t first, int64_t n, const int32_t *k, float *map) {
  const struct explainer *e = s->e;
  int64_t pixels = (int64_t)e->height * e->width;
  const struct net_value *cam = s->method == GRADCAM ? &s->stage->cam : NULL;
  insight_take(&s->insight, e, first, n);
  for (int64_t v = 0; v < n; v++)
    want(s, v, k[first + v]);
  insight_run(&s->insight, cam, n);
  float *small = cam ? mem_get((size_t)value_count(cam) * sizeof *small) : NULL;
  for (int64_t v = 0; v < n; v++) {
    float *to = map + (first + v) * pixels;
    if (cam) {
      insight_value(&s->insight, cam, n, v, small);
      enlarge(e, small, cam->dim[0], cam->dim[1], to);
    } else
      largest(e, (const float *)s->insight.job.out[0] + v * pixels * e->channels, to);
  }
  free(small);
  advance(s, n);
}

void saliency_maps(struct saliency *s, int64_t n, const int32_t *k, const float *p, float *map) {
  int64_t pixels = (int64_t)s->e->height * s->e->width;
  if (s->method == GRADIENT || s->method == GRADCAM)
    for (int64_t first = 0; first < n; first += s->room)
      differentiate(s, first, n - first < s->room ? n - first : s->room, k, map);
  for (int64_t i = 0; i < n && s->method == SMOOTHGRAD; i++)
    smooth(s, i, k[i], map + i * pixels);
  for (int64_t i = 0; i < n && (s->method == PERTURBATION || s->method == OCCLUSION); i++)
    probe(s, i, k[i], p[i], map + i * pixels);
}
