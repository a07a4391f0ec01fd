/* A program as the compiler would emit it, written by hand: softmax regression with dropout on drawn shapes, momentum,
   a state that counts steps, one metric, and a predict command. Small enough to train in a second, yet it uses all of
   the ABI. */
#include "netrt.h"
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 16, PIXELS = SIDE * SIDE, CLASSES = 4, DROP_SITE = 77 };
enum { W = 0, B = W + CLASSES * PIXELS, STATE = B + 16, WM = STATE + 16, BM = WM + CLASSES * PIXELS, FLOATS = BM + 16 };

static const struct net_field fields[] = {
    {"image", NET_IMAGE, NET_F32, 3, {1, SIDE, SIDE}, 0, NULL, 0},
    {"label", NET_CLASS, NET_I32, 0, {0}, CLASSES, NULL, 0},
};
static const struct net_arg count_train[] = {{.name = "count", .kind = NET_NUM, .num = 500},
                                             {.name = "seed", .kind = NET_NUM, .num = 1}};
static const struct net_arg count_test[] = {{.name = "count", .kind = NET_NUM, .num = 100},
                                            {.name = "seed", .kind = NET_NUM, .num = 2}};
static const struct net_arg held[] = {{.kind = NET_NUM, .num = 50}};
static const struct net_arg scaled[] = {{.kind = NET_NUM, .num = 1.0 / 255}};
static const struct net_call source = {"shapes", 2, count_train}, test = {"shapes", 2, count_test},
                             holdout = {"last", 1, held};
static const struct net_call prepare[] = {{"scale", 1, scaled}};
static const char *const class_names[CLASSES] = {"circle", "square", "triangle", "other"};
static const struct net_data data[] = {{.name = "Shapes",
                                        .fields = 2,
                                        .field = fields,
                                        .source = &source,
                                        .test = &test,
                                        .holdout = &holdout,
                                        .prepares = 1,
                                        .prepare = prepare,
                                        .class_names = CLASSES,
                                        .class_name = class_names}};

static const struct net_arg zero[] = {{.kind = NET_NUM, .num = 0}};
static const struct net_arg small[] = {{.kind = NET_NUM, .num = -0.05}, {.kind = NET_NUM, .num = 0.05}};
static const struct net_param params[] = {
    {"fc.weight", NET_WEIGHT, 2, {CLASSES, PIXELS}, W, {"uniform", 2, small}},
    {"fc.bias", NET_WEIGHT, 1, {CLASSES}, B, {"constant", 1, zero}},
    {"steps_seen", NET_STATE, 1, {1}, STATE, {"constant", 1, zero}},
    {"fc.weight#m", NET_OPT, 2, {CLASSES, PIXELS}, WM, {"constant", 1, zero}},
    {"fc.bias#m", NET_OPT, 1, {CLASSES}, BM, {"constant", 1, zero}},
};
static const char *const scalars[] = {"lr", "step", "epoch", "momentum", "poison"};
static const double defaults[] = {0.002, 0, 0, 0.9, 0};

/* A signal that the toy raises within a step, as if from outside. */
int toy_signal, toy_signal_step;

/* arg: image, label, dropped, probability, params, loss of each sample, hit of each sample, scalars */
enum { IMAGE, LABEL, DROPPED, PROB, PARAM, LOSS, HIT, SCALARS, ARGS };

static void forward(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  int64_t from = run->batch * chunk / chunks, to = run->batch * (chunk + 1) / chunks;
  const float *params_at = arg[PARAM];
  for (int64_t n = from; n < to; n++) {
    float *x = (float *)arg[DROPPED] + n * PIXELS, *p = (float *)arg[PROB] + n * CLASSES;
    const float *image = (const float *)arg[IMAGE] + n * PIXELS;
    if (arg[SCALARS]) { /* training: dropout */
      nrt_uniform(x, 0, PIXELS, run->seed, run->step, run->sample[n], DROP_SITE);
      for (int i = 0; i < PIXELS; i++)
        x[i] = x[i] < 0.1f ? 0 : image[i] / 0.9f;
    } else
      memcpy(x, image, PIXELS * sizeof *x);
    float top = -INFINITY, sum = 0;
    int best = 0;
    for (int k = 0; k < CLASSES; k++) {
      p[k] = params_at[B + k];
      for (int i = 0; i < PIXELS; i++)
        p[k] += params_at[W + k * PIXELS + i] * x[i];
      if (p[k] > top)
        top = p[k], best = k;
    }
    for (int k = 0; k < CLASSES; k++)
      sum += p[k] = expf(p[k] - top);
    for (int k = 0; k < CLASSES; k++)
      p[k] /= sum;
    if (arg[LABEL]) {
      int label = ((const int32_t *)arg[LABEL])[n];
      ((float *)arg[LOSS])[n] = -logf(p[label]);
      ((float *)arg[HIT])[n] = best == label;
    }
  }
}

static void update(void *const *arg, const struct net_run *run, int64_t k, int64_t chunks) {
  (void)chunks;
  float *p = arg[PARAM], gradient[PIXELS] = {0}, bias = 0;
  const double *scalar = arg[SCALARS];
  float lr = (float)scalar[0], momentum = (float)scalar[3];
  for (int64_t n = 0; n < run->batch; n++) {
    const float *x = (const float *)arg[DROPPED] + n * PIXELS;
    float d = (((const float *)arg[PROB])[n * CLASSES + k] - (float)(((const int32_t *)arg[LABEL])[n] == k)) /
              (float)run->batch;
    bias += d;
    for (int i = 0; i < PIXELS; i++)
      gradient[i] += d * x[i];
  }
  for (int i = 0; i < PIXELS; i++) {
    float *m = &p[WM + k * PIXELS + i];
    *m = momentum * *m + gradient[i];
    p[W + k * PIXELS + i] -= lr * *m;
  }
  p[BM + k] = momentum * p[BM + k] + bias;
  p[B + k] -= lr * p[BM + k];
  if (k == 0)
    p[STATE] += 1;
  if (k == 0 && toy_signal_step && (int64_t)run->step == toy_signal_step)
    kill(getpid(), toy_signal);
  if (scalar[4] > 0 && scalar[1] >= scalar[4])
    p[B + k] = NAN;
}

static void bind(void **arg, struct net_run *run, int training, int labelled) {
  arg[IMAGE] = run->base[NET_IO];
  arg[LABEL] = labelled ? run->base[NET_IO + 1] : NULL;
  arg[DROPPED] = run->base[NET_ARENA];
  arg[PROB] = labelled ? (void *)((float *)run->base[NET_ARENA] + run->batch * PIXELS) : run->base[NET_IO + 1];
  arg[PARAM] = run->base[NET_PARAMS];
  arg[LOSS] = run->base[NET_IO + 2];
  arg[HIT] = run->base[NET_IO + 3];
  arg[SCALARS] = training ? run->base[NET_SCALARS] : NULL;
}

static void run_train(struct net_run *run) {
  void *arg[ARGS];
  bind(arg, run, 1, 1);
  nrt_launch(run, 0, forward, arg, 8);
  nrt_launch(run, 1, update, arg, CLASSES);
}

static void run_eval(struct net_run *run) {
  void *arg[ARGS];
  bind(arg, run, 0, 1);
  nrt_launch(run, 0, forward, arg, 8);
}

static void run_classify(struct net_run *run) {
  void *arg[ARGS];
  bind(arg, run, 0, 0);
  nrt_launch(run, 0, forward, arg, 8);
}

static const struct net_io in[] = {{"image", NET_F32, 1, 3, {1, SIDE, SIDE}}, {"label", NET_I32, 1, 0, {0}}};
static const struct net_io out[] = {{"loss", NET_F32, 1, 0, {0}}, {"accuracy", NET_F32, 1, 0, {0}}};
static const struct net_io shown[] = {{"classes", NET_F32, 1, 1, {CLASSES}}};
static const struct net_step_info steps[] = {
    {"toy_forward", "dense, softmax and cross entropy", 12, 0, 2.0 * CLASSES *PIXELS},
    {"toy_update", "momentum", 14, 0, 2.0 * CLASSES *PIXELS},
};
static const struct net_entry entries[] = {
    {"train", run_train, {{64, (PIXELS + CLASSES) * 4}}, 0, 2, 2, 2, in, out, steps},
    {"eval", run_eval, {{64, (PIXELS + CLASSES) * 4}}, 0, 2, 2, 1, in, out, steps},
    {"classify", run_classify, {{64, PIXELS * 4}}, 0, 1, 1, 1, in, shown, steps},
};

static const struct net_metric metrics[] = {{"accuracy", 1, 0, NULL, 0, 0}};
static const struct net_arg accuracy[] = {{.kind = NET_TEXT, .text = "accuracy"}};
static const struct net_arg warm[] = {{.name = "warmup", .kind = NET_NUM, .num = 0.5}};
static const struct net_call best = {"best", 1, accuracy}, cosine = {"cosine", 1, warm};
static const struct net_prop recipe[] = {
    {"epochs", {.kind = NET_NUM, .num = 4}},     {"batch", {.kind = NET_NUM, .num = 32}},
    {"seed", {.kind = NET_NUM, .num = 7}},       {"schedule", {.kind = NET_CALL, .call = &cosine}},
    {"keep", {.kind = NET_CALL, .call = &best}},
};
static const struct net_train trains[] = {{"", 0, 0, 1, -1, 1, metrics, 5, recipe, 0, NULL}};
static const struct net_predict_input image_in[] = {
    {.field = {.name = "image", .kind = NET_IMAGE, .elem = NET_F32, .rank = 3, .dim = {1, SIDE, SIDE}}}};
static const struct net_show show[] = {{"classes", 0, 0, NULL}};
static const struct net_predict predicts[] = {{"classify", 2, 1, image_in, 1, show, 0, 0, NULL}};

const struct net_program net_program = {
    .abi = NET_ABI,
    .name = "toy",
    .source = "# The toy of the tests, written by hand.\n",
    .built = "hand",
    .params = 5,
    .param = params,
    .param_floats = FLOATS,
    .scalars = 5,
    .scalar = scalars,
    .scalar_default = defaults,
    .datas = 1,
    .trains = 1,
    .predicts = 1,
    .entries = 3,
    .data = data,
    .train = trains,
    .predict = predicts,
    .entry = entries,
};
