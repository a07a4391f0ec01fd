/* planes: what pooling and resizing kernels share: sizes, chunks, and storing a pixel with its epilogue. A pixel is one
   vector of channels in blocks; in a plain value it is one float, and the loops are the same. */
#include "gen/finish.h"
#include "gen/pool.h"

Planes planes_of(const Graph *g, Val v, Val from) {
  const Type t = *graph_type(g, v), f = *graph_type(g, from);
  Planes p = {.lanes = t.lanes,
                  .channels = t.dim[0],
                  .batched = t.batched,
                  .h = t.dim[1],
                  .w = t.dim[2],
                  .from_h = f.dim[1],
                  .from_w = f.dim[2],
                  .terms = epilogue_terms(g, v)};
  for (int i = 0; i < op_row(g->c, graph_node(g, v)->op)->operands; i++)
    p.sample[i] = value_sample(g, graph_in(g, v, i));
  return p;
}

int64_t planes_count(const Planes *p) {
  return p->lanes ? (p->channels + p->lanes - 1) / p->lanes : p->channels;
}

int planes_pixel(const Planes *p) {
  return p->lanes ? p->lanes : 1;
}

LLVMTypeRef planes_type(const Planes *p, Emit *e) {
  return p->lanes ? e->vec : e->f32;
}

void planes_signature(const Graph *g, Val v, const Planes *p, const char *setting[], Text *to) {
  text_add(to, "%d [%d %d %d]%d from [%d %d]", graph_node(g, v)->op, p->channels, p->h, p->w, p->lanes, p->from_h,
           p->from_w);
  for (int i = 0; i < 3; i++)
    text_add(to, " %lld", (long long)p->sample[i]);
  for (; *setting; setting++) {
    const Attr *a = graph_attr(g, v, *setting);
    text_add(to, " %s %g", *setting, a->number);
    for (uint32_t i = 0; a->kind == ATTR_LIST && i < a->count; i++)
      text_add(to, " %g", a->list[i]);
  }
  if (p->lanes)
    terms_signature(&p->terms, g->c, to);
}

void pixels_begin(Pixels *x, Emit *e, Planes *p, int first_arg) {
  *x = (Pixels){.e = e, .planes = p};
  if (p->lanes)
    epilogue_begin(&x->epilogue, e, &p->terms, first_arg);
}

void pixels_plane(Pixels *x, Ir plane) {
  Emit *e = x->e;
  Ir planes = k64(e, planes_count(x->planes));
  x->sample = idiv(e, plane, planes);
  x->block = irem(e, plane, planes);
  if (x->planes->lanes)
    epilogue_unit(&x->epilogue, e, x->sample, x->block);
}

Ir pixels_in(Pixels *x, int operand, Ir base, int64_t plane) {
  Emit *e = x->e;
  return at(e, base, iadd(e, imulk(e, x->sample, x->planes->sample[operand]), imulk(e, x->block, plane)));
}

void pixels_store(Pixels *x, Ir value, Ir out, Ir row, Ir col) {
  Emit *e = x->e;
  Ir index[] = {x->block, row, col, k64(e, 0)};
  if (x->planes->lanes)
    value = epilogue_apply(&x->epilogue, e, value, index, NULL);
  store(e, value, at(e, out, imulk(e, iadd(e, imulk(e, row, x->planes->w), col), planes_pixel(x->planes))));
}

void planes_launch(Gen *g, Val v, const Graph *graph, Planes *p, Ir kernel, Ir *args, int count, int rows,
                   int64_t work) {
  Emit *e = &g->e;
  if (p->lanes)
    count += terms_args(g, &p->terms, args + count);
  Ir planes = imulk(e, p->batched ? entry_batch(g) : k64(e, 1), planes_count(p));
  entry_launch(g, kernel, args, count, entry_chunks(g, imulk(e, planes, rows ? rows : 1), work));
  if (!p->lanes)
    finish_launch(g, graph, v);
}
