/* What messages say: values and types in words, the way a layer is called, the nearest name, and where in the user's file a
   mistake lies whose place is in the prelude. */
#include "front/builtin.h"
#include "front/expand.h"
#include <ctype.h>
#include <string.h>

/* ---- places ---- */

int is_builtin_span(const Expand *x, Span s) {
  return s.len && source_place(x->c->src, s.at).builtin;
}

Span user_span(const Expand *x, Span s) {
  for (const Frame *f = x->frame; f && is_builtin_span(x, s); f = f->up)
    s = f->call;
  return s;
}


Span arg_span(const Expand *x, Span at, const Value *v) {
  return v->from.len && is_builtin_span(x, at) ? v->from : at;
}

/* The layer of the prelude that the user called; NULL outside the prelude. */
const Ast *layer_of(const Expand *x) {
  const Ast *layer = NULL;
  for (const Frame *f = x->frame; f && f->builtin; f = f->up)
    layer = f->decl;
  return layer;
}

/* ---- values and types ---- */

const char *say_type(Expand *x, TypeId t) {
  Text text = {.mem = x->c->mem};
  type_say(type_get(x->c, t), &text);
  return text_str(&text);
}

const char *say_number(Expand *x, double v) {
  Text text = {.mem = x->c->mem};
  text_number(&text, v);
  return text_str(&text);
}

static void write_names(Expand *x, const NameList *names, Text *t) {
  for (int i = 0; i < names->count; i++)
    text_add(t, "%s`.%s`", !i ? "" : i + 1 < names->count ? ", " : " and ", name_text(x->c->names, names->at[i]));
}

static void write_val(Expand *x, Val v, Text *t) {
  const Type *type = graph_type(x->g, v);
  if (graph_node(x->g, v)->op == OP_scalar)
    text_add(t, "a number that is known only when the program runs");
  else if (type->rank)
    text_add(t, "a value of shape %s", say_type(x, graph_node(x->g, v)->type));
  else
    text_add(t, type->elem == I32 ? "a class of the data" : "a number that is computed");
}

static void write_value(Expand *x, Value v, Text *t) {
  switch ((ValueKind)v.kind) {
  case V_NUMBER: text_number(t, v.number); break;
  case V_TEXT: text_add(t, "the text \"%.60s\"", name_text(x->c->names, v.text)); break;
  case V_VAL: write_val(x, v.val, t); break;
  case V_DECL: text_add(t, "the %s `%s`", ast_kind_text(v.decl->kind), name_text(x->c->names, v.decl->name)); break;
  case V_FUNCTION: text_add(t, "the function `%s`", name_text(x->c->names, v.text)); break;
  case V_INIT: text_add(t, "an initialiser"); break;
  case V_DATA: text_add(t, "the data block `%s`", name_text(x->c->names, x->p->datas.at[v.data].name)); break;
  case V_POISON: text_add(t, "nothing"); break;
  case V_RECORD:
    text_add(t, "the outputs ");
    write_names(x, v.names, t);
    break;
  case V_LIST:
    text_add(t, "[");
    for (int i = 0; i < v.list->count && i < 8; i++) {
      text_add(t, "%s", i ? ", " : "");
      write_value(x, v.list->at[i], t);
    }
    text_add(t, v.list->count > 8 ? ", ...]" : "]");
  }
}

const char *say_value(Expand *x, Value v) {
  Text t = {.mem = x->c->mem};
  write_value(x, v, &t);
  return text_str(&t);
}

const char *say_source(Expand *x, Span s) {
  const char *text = source_at(x->c->src, s.at);
  size_t len = strcspn(text, "\n");
  int all = s.len <= len && s.len <= 60;
  len = s.len < len ? s.len : len;
  return arena_printf(x->c->mem, "%.*s%s", (int)(len < 60 ? len : 60), text, all ? "" : "...");
}

int wrong_kind(Expand *x, Value v, Span at, const char *wanted) {
  if (v.kind == V_POISON)
    return 0;
  Diag *d = diag_add(x->c, D_WRONG_KIND, user_span(x, arg_span(x, at, &v)), wanted, say_value(x, v));
  if (v.kind == V_RECORD)
    diag_help(x->c, d, "choose one of them: `a, b = ...` gives each a name, `Net(x).name` takes one");
  return 0;
}

const char *say_size(Expand *x, const Ast *e) {
  return e->kind == AST_INT || e->kind == AST_FLOAT || e->kind == AST_UNARY ? "a size" : arena_printf(x->c->mem, "`%s`", say_source(x, e->span));
}

/* ---- how something is called ---- */

static void write_params(Expand *x, const Ast *params, int count, Text *t) {
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i];
    text_add(t, "%s%s", count++ ? ", " : "", name_text(x->c->names, p->name));
    if (p->kind != AST_PARAM || !p->count || !p->kids[0])
      continue;
    text_add(t, ": ");
    ast_expr_text(x->c, p->kids[0], t);
  }
}

static const char *decl_usage(Expand *x, const Ast *decl) {
  Text t = {.mem = x->c->mem};
  int ins = 0;
  for (int i = 0; i < decl->kids[1]->count; i++)
    if (decl->kids[1]->kids[i]->kind == AST_IN && !ins++)
      text_add(&t, "%s -> ", name_text(x->c->names, decl->kids[1]->kids[i]->name));
  text_add(&t, "%s(", name_text(x->c->names, decl->name));
  int count = 0;
  for (int i = 0, k = 0; i < decl->kids[1]->count; i++)
    if (decl->kids[1]->kids[i]->kind == AST_IN && k++)
      text_add(&t, "%s%s", count++ ? ", " : "", name_text(x->c->names, decl->kids[1]->kids[i]->name));
  write_params(x, decl->kids[0], count, &t);
  text_add(&t, ")");
  return text_str(&t);
}

static const char *row_usage(Expand *x, const OpRow *row) {
  Text t = {.mem = x->c->mem};
  text_add(&t, "%s(", name_text(x->c->names, row->name));
  for (int i = 0; i < row->operands; i++)
    text_add(&t, "%s%s", i ? ", " : "", name_text(x->c->names, row->operand[i]));
  for (int i = 0; i < row->attrs; i++) {
    if (!strcmp(name_text(x->c->names, row->attr[i]), "lanes"))
      continue;
    text_add(&t, ", %s", name_text(x->c->names, row->attr[i]));
    if (!row->attr_default[i])
      continue;
    text_add(&t, ": ");
    ast_expr_text(x->c, row->attr_default[i], &t);
  }
  text_add(&t, ")");
  return text_str(&t);
}

const char *say_usage(Expand *x, Name callee) {
  const Ast *decl = decl_find(x, callee, 0);
  const Builtin *b = builtin_find(x, callee);
  const OpRow *row = op_find(x->c, callee);
  if (decl)
    return decl_usage(x, decl);
  return b ? arena_printf(x->c->mem, "%s%s", b->name, b->signature) : row ? row_usage(x, row) : NULL;
}

/* ---- the nearest name ---- */

void suggest(Expand *x, Diag *d, Name wrong, const NameList *all, const char *form) {
  suggest_or_list(x, d, wrong, all, form, NULL);
}

void suggest_or_list(Expand *x, Diag *d, Name wrong, const NameList *all, const char *form, const char *there_are) {
  Text t = {.mem = x->c->mem};
  size_t len = strcspn(form, "%");
  const char *behind = form + len + (form[len] ? 2 : 0);
  Name near = name_nearest(x->c->names, name_text(x->c->names, wrong), all->at, all->count);
  if (near) {
    diag_help(x->c, d, "did you mean `%.*s%s%s`?", (int)len, form, name_text(x->c->names, near), behind);
    return;
  }
  if (!there_are || !all->count)
    return;
  for (int i = 0; i < all->count; i++)
    text_add(&t, "%s%.*s%s%s", i ? ", " : "", (int)len, form, name_text(x->c->names, all->at[i]), behind);
  diag_help(x->c, d, "%s %s", there_are, text_str(&t));
}

NameList names_list(Expand *x, const char *const *names, int count) {
  NameList list = {0};
  for (int i = 0; i < count; i++)
    vec_push(x->c->mem, &list, name_of(x->c->names, names[i]));
  return list;
}

static void add_callables(Expand *x, NameList *all) {
  for (int i = 0; i < x->decls.count; i++)
    vec_push(x->c->mem, all, x->decls.at[i]->name);
  for (int i = 0; builtin_at(i); i++)
    vec_push(x->c->mem, all, name_of(x->c->names, builtin_at(i)->name));
  for (int i = 0; i < OP_COUNT; i++)
    if (op_is_function(op_row(x->c, (OpId)i)))
      vec_push(x->c->mem, all, op_row(x->c, (OpId)i)->name);
  recipe_names(x, "METRIC", all);
}

void suggest_visible(Expand *x, Diag *d, Name wrong) {
  NameList all = {0};
  for (int i = 0; x->frame && i < x->frame->slots.count; i++)
    vec_push(x->c->mem, &all, x->frame->slots.at[i].name);
  for (int i = 0; i < x->consts.count; i++)
    vec_push(x->c->mem, &all, x->consts.at[i].name);
  for (int i = 0; i < x->words.count; i++)
    vec_push(x->c->mem, &all, x->words.at[i].name);
  for (int i = 0; i < x->p->datas.count; i++)
    vec_push(x->c->mem, &all, x->p->datas.at[i].name);
  add_callables(x, &all);
  suggest(x, d, wrong, &all, "%s");
}

/* What other systems call it, as a plain word (see below). */
static const struct {
  const char *theirs, *ours;
} foreign[] = {
    {"convolution", "conv"}, {"convtranspose", "conv_transpose"}, {"deconv", "conv_transpose"},
    {"upconv", "conv_transpose"}, {"depthwiseconvolution", "depthwise_conv"}, {"linear", "dense"}, {"fc", "dense"},
    {"fullyconnected", "dense"}, {"batchnormalization", "batchnorm"}, {"bn", "batchnorm"},
    {"layernormalization", "layernorm"}, {"ln", "layernorm"}, {"groupnormalization", "groupnorm"},
    {"gn", "groupnorm"}, {"instancenormalization", "instancenorm"}, {"localresponsenorm", "lrn"},
    {"localresponsenormalization", "lrn"}, {"rmsnormalization", "rmsnorm"}, {"l2normalize", "normalize"},
    {"maxpooling", "maxpool"}, {"averagepool", "avgpool"}, {"averagepooling", "avgpool"}, {"avgpooling", "avgpool"},
    {"adaptiveaveragepool", "adaptive_avgpool"}, {"globalaveragepooling", "global_avgpool"},
    {"gap", "global_avgpool"}, {"globalmaxpooling", "global_maxpool"}, {"spp", "spatial_pyramid_pool"},
    {"upsampling", "upsample"}, {"interpolate", "resize"}, {"depthtospace", "pixel_shuffle"},
    {"spacetodepth", "pixel_unshuffle"}, {"zeropadding", "zero_pad"}, {"reflectpad", "reflection_pad"},
    {"se", "squeeze_excite"}, {"seblock", "squeeze_excite"}, {"squeezeexcitation", "squeeze_excite"},
    {"squeezeandexcitation", "squeeze_excite"}, {"stochasticdepth", "drop_path"}, {"cat", "concat"},
    {"concatenate", "concat"}, {"view", "reshape"}, {"permute", "transpose"},
    {"lrelu", "leaky_relu"}, {"quickgelu", "swish"}, {"multiheadattention", "attention"},
    {"selfattention", "attention"}, {"scaleddotproductattention", "scaled_dot_product"},
    {"positionalencoding", "sinusoidal_positions"},
    {"softmaxcrossentropy", "cross_entropy"}, {"categoricalcrossentropy", "cross_entropy"},
    {"binarycrossentropy", "bce"}, {"meansquarederror", "mse"}, {"meanabsoluteerror", "l1"},
    {"sigmoidfocal", "focal_loss"},
    {"dicecoefficient", "dice"}, {"kldivergence", "kl_div"}, {"kl", "kl_div"}, {"tripletmargin", "triplet_loss"},
    {"hingeembedding", "hinge"}, {"topkaccuracy", "top_k"},
    {"randn", "normal"}, {"rand", "uniform"}, {"detach", "stop"}, {"stopgradient", "stop"},
    {"batchednms", "nms"}, {"nonmaxsuppression", "nms"}, {"nonmaximumsuppression", "nms"}, {"indexselect", "gather"},
    {"cropandresize", "roi_align"}, {"argsort", "rank"}};

/* Lower case, without `_` and the endings that say no more. */
static void plain_word(const char *s, char *to, size_t room) {
  static const char *const endings[] = {"1d", "2d", "3d", "layer", "loss"};
  size_t n = 0;
  for (; *s && n < room - 1; s++)
    if (*s != '_')
      to[n++] = (char)tolower((unsigned char)*s);
  to[n] = 0;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t len = strlen(endings[i]);
    if (n > len && !strcmp(to + n - len, endings[i]))
      to[n -= len] = 0;
  }
}

/* What the callee is called here, if it is only written otherwise or another system's word; 0: no idea. */
static Name translated(Expand *x, Name callee) {
  NameList all = {0};
  char word[64], own[64];
  plain_word(name_text(x->c->names, callee), word, sizeof word);
  add_callables(x, &all);
  for (int i = 0; i < all.count; i++) {
    plain_word(name_text(x->c->names, all.at[i]), own, sizeof own);
    if (!strcmp(word, own))
      return all.at[i];
  }
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    if (!strcmp(word, foreign[i].theirs))
      return name_of(x->c->names, foreign[i].ours);
  return 0;
}

const char *say_transform(const char *name) {
  static const struct {
    const char *theirs, *ours;
  } known[] = {
      {"horizontalflip", "flip(horizontal: 0.5)"}, {"hflip", "flip(horizontal: 0.5)"}, {"verticalflip", "flip(vertical: 0.5)"},
      {"vflip", "flip(vertical: 0.5)"}, {"rotation", "rotate(20)"}, {"rotationrange", "rotate(20)"}, {"widthshiftrange", "shift(width: 0.1)"},
      {"heightshiftrange", "shift(height: 0.1)"}, {"translation", "shift(0.1)"}, {"shearrange", "shear(10)"}, {"zoomrange", "zoom(0.1)"},
      {"brightnessrange", "brightness([0.8, 1.2])"}, {"channelshiftrange", "channel_shift(20)"}, {"affine", "affine(20)"},
      {"grayscale", "grayscale(p: 0.1)"}, {"autocontrast", "autocontrast(p: 0.5)"}, {"equalize", "equalize(p: 0.5)"}, {"invert", "invert(p: 0.5)"},
      {"posterize", "posterize(4)"}, {"solarize", "solarize(128)"}, {"adjustsharpness", "sharpness(2)"}, {"erasing", "random_erasing(p: 0.5)"},
      {"gaussiannoise", "noise(0.05)"}, {"elastictransform", "elastic(50, 5)"}, {"brightness", "brightness(0.2)"}, {"contrast", "contrast(0.2)"},
      {"zoom", "zoom(0.1)"}, {"crop", "random_crop(32, pad: 4)"}, {"centercrop", "crop(224)"}, {"rescale", "scale(1/255)"}, {"rescaling", "scale(1/255)"},
      {"totensor", "scale(1/255)"}, {"resizedcrop", "random_resized_crop(224)"}, {"colorjitter", "color_jitter(0.2, 0.2, 0.2, 0.1)"},
      {"gaussianblur", "gaussian_blur(5)"}, {"mixup", "mixup(0.2)"}, {"cutmix", "cutmix(1)"}, {"resize", "resize(224)"}, {"pad", "pad(4)"},
      {"normalize", "normalize(0.5, 0.5)"}};
  char word[64], *own = word;
  plain_word(name, word, sizeof word);
  if (!strncmp(own, "random", 6)) /* RandomRotation */
    own += 6;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(own, known[i].theirs))
      return known[i].ours;
  return NULL;
}

Value unknown_call(Expand *x, Name callee, Span at) {
  const char *name = name_text(x->c->names, callee);
  Name ours = translated(x, callee);
  if (recipe_is("METRIC", name)) {
    diag_add(x->c, D_FUNCTION, user_span(x, at), name,
             "stands in a report line, alone, such as `report map50: mean_average_precision(d, boxes)`: it is a number of a whole split");
    return (Value){0};
  }
  Diag *d = diag_add(x->c, D_UNKNOWN_CALL, user_span(x, at), name);
  if (ours)
    diag_help(x->c, d, "here it is called `%s`: %s", name_text(x->c->names, ours), say_usage(x, ours));
  else
    suggest_visible(x, d, callee);
  return (Value){0};
}
