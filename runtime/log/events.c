/* The messages are those of tensorboard/compat/proto: event, summary, histogram, tensor. Of each only the fields that are
   needed are written. */
#include "log/events.h"
#include "log/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ENDING ".netc"

/* ---- checksums: CRC-32C (Castagnoli), masked as TFRecord wants it ---- */

uint32_t crc32c(const void *bytes, size_t size) {
  static uint32_t table[256];
  const unsigned char *at = bytes;
  uint32_t crc = 0xffffffff;
  for (uint32_t i = 0; !table[255] && i < 256; i++) {
    uint32_t r = i;
    for (int k = 0; k < 8; k++)
      r = r >> 1 ^ (r & 1 ? 0x82f63b78 : 0);
    table[i] = r;
  }
  for (size_t i = 0; i < size; i++)
    crc = crc >> 8 ^ table[(crc ^ at[i]) & 255];
  return ~crc;
}

static uint32_t masked(const void *bytes, size_t size) {
  uint32_t crc = crc32c(bytes, size);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

/* ---- protobuf ---- */

enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static void put_varint(FILE *f, uint64_t v) {
  for (; v > 127; v >>= 7)
    fputc((int)(v & 127) | 128, f);
  fputc((int)v, f);
}

static void put_key(FILE *f, int field, enum wire wire) {
  put_varint(f, (uint64_t)field << 3 | wire);
}

static void put_whole(FILE *f, int field, int64_t v) {
  put_key(f, field, VARINT);
  put_varint(f, (uint64_t)v);
}

static void put_double(FILE *f, int field, double v) {
  put_key(f, field, FIXED64);
  fwrite(&v, sizeof v, 1, f);
}

static void put_float(FILE *f, int field, float v) {
  put_key(f, field, FIXED32);
  fwrite(&v, sizeof v, 1, f);
}

static void put_bytes(FILE *f, int field, const void *bytes, size_t size) {
  put_key(f, field, BYTES);
  put_varint(f, size);
  fwrite(bytes, 1, size, f);
}

static void put_text(FILE *f, int field, const char *text) {
  char *clean = text_clean(text);
  put_bytes(f, field, clean, strlen(clean));
  free(clean);
}

/* A message within a message: its length stands before it, so it is made first. */
struct message {
  FILE *f;
  char *at;
  size_t size;
};

static void message_begin(struct message *m) {
  m->f = open_memstream(&m->at, &m->size);
}

static void message_end(struct message *m, FILE *outer, int field) {
  fclose(m->f);
  put_bytes(outer, field, m->at, m->size);
  free(m->at);
}

/* ---- values ---- */

enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION = 7, SESSION_STATUS = 1 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_IMAGE = 4, VALUE_HISTOGRAM = 5, VALUE_TENSOR = 8, VALUE_META = 9 };

static void value_begin(struct events *e, struct message *value, const char *tag) {
  if (!e->values)
    e->values = open_memstream(&e->text, &e->size);
  message_begin(value);
  put_text(value->f, VALUE_TAG, tag);
}

static void value_end(struct events *e, struct message *value) {
  message_end(value, e->values, SUMMARY_VALUE);
}

void events_scalar(struct events *e, const char *tag, double v) {
  struct message value;
  value_begin(e, &value, tag);
  put_float(value.f, VALUE_SIMPLE, (float)v);
  value_end(e, &value);
}

/* As many buckets as TensorBoard shows, of equal width from the smallest number to the largest. What is not finite is left
   out. */
enum { BUCKETS = 30 };
struct histogram {
  double low, high, sum, squares, bucket[BUCKETS], limit[BUCKETS];
  int64_t count;
};

static void histogram_of(struct histogram *h, const float *v, int64_t count) {
  float low = INFINITY, high = -INFINITY;
  *h = (struct histogram){.count = 0};
  for (int64_t i = 0; i < count; i++)
    if (isfinite(v[i])) {
      low = v[i] < low ? v[i] : low;
      high = v[i] > high ? v[i] : high;
      h->sum += (double)v[i];
      h->squares += (double)v[i] * (double)v[i];
      h->count++;
    }
  h->low = h->count ? (double)low : 0;
  h->high = h->count ? (double)high : 0;
  double width = (h->high - h->low) / BUCKETS, scale = width > 0 ? 1 / width : 0;
  for (int k = 0; k < BUCKETS; k++)
    h->limit[k] = width > 0 ? k < BUCKETS - 1 ? h->low + (k + 1) * width : h->high : h->low + k; /* they must grow */
  for (int64_t i = 0; i < count; i++)
    if (isfinite(v[i])) {
      int k = (int)(((double)v[i] - h->low) * scale);
      h->bucket[k < BUCKETS ? k : BUCKETS - 1]++;
    }
}

void events_histogram(struct events *e, const char *tag, const float *v, int64_t count) {
  enum { MIN = 1, MAX, NUM, SUM, SUM_SQUARES, BUCKET_LIMIT, BUCKET };
  struct message value, histo;
  struct histogram h;
  histogram_of(&h, v, count);
  value_begin(e, &value, tag);
  message_begin(&histo);
  put_double(histo.f, MIN, h.low);
  put_double(histo.f, MAX, h.high);
  put_double(histo.f, NUM, (double)h.count);
  put_double(histo.f, SUM, h.sum);
  put_double(histo.f, SUM_SQUARES, h.squares);
  put_bytes(histo.f, BUCKET_LIMIT, h.limit, sizeof h.limit);
  put_bytes(histo.f, BUCKET, h.bucket, sizeof h.bucket);
  message_end(&histo, value.f, VALUE_HISTOGRAM);
  value_end(e, &value);
}

static int64_t big_endian(const unsigned char *at) {
  return (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

void events_png(struct events *e, const char *tag, const unsigned char *png, size_t size) {
  enum { HEIGHT = 1, WIDTH, COLORSPACE, ENCODED, RGB = 3, PNG_WIDTH = 16, PNG_HEIGHT = 20, PNG_HEAD = 24 };
  struct message value, image;
  if (size < PNG_HEAD)
    return;
  value_begin(e, &value, tag);
  message_begin(&image);
  put_whole(image.f, HEIGHT, big_endian(png + PNG_HEIGHT));
  put_whole(image.f, WIDTH, big_endian(png + PNG_WIDTH));
  put_whole(image.f, COLORSPACE, RGB);
  put_bytes(image.f, ENCODED, png, size);
  message_end(&image, value.f, VALUE_IMAGE);
  value_end(e, &value);
}

/* A tensor of one string, and word that the text plugin shows it. */
void events_text(struct events *e, const char *tag, const char *markdown) {
  enum { PLUGIN = 1, PLUGIN_NAME = 1, DTYPE = 1, SHAPE = 2, STRING = 8, SHAPE_DIM = 2, DIM_SIZE = 1, DT_STRING = 7 };
  struct message value, meta, plugin, tensor, shape, dim;
  value_begin(e, &value, tag);
  message_begin(&meta);
  message_begin(&plugin);
  put_text(plugin.f, PLUGIN_NAME, "text");
  message_end(&plugin, meta.f, PLUGIN);
  message_end(&meta, value.f, VALUE_META);
  message_begin(&tensor);
  put_whole(tensor.f, DTYPE, DT_STRING);
  message_begin(&shape);
  message_begin(&dim);
  put_whole(dim.f, DIM_SIZE, 1);
  message_end(&dim, shape.f, SHAPE_DIM);
  message_end(&shape, tensor.f, SHAPE);
  put_text(tensor.f, STRING, markdown);
  message_end(&tensor, value.f, VALUE_TENSOR);
  value_end(e, &value);
}

/* ---- records ---- */

/* length, its checksum, the event, its checksum */
static int write_record(struct events *e, const char *event, size_t size, char err[ERR]) {
  size_t whole = size + 16;
  char *record = mem_get(whole);
  uint64_t length = size;
  uint32_t sums[2] = {masked(&length, sizeof length), masked(event, size)};
  memcpy(record, &length, 8);
  memcpy(record + 8, &sums[0], 4);
  memcpy(record + 12, event, size);
  memcpy(record + 12 + size, &sums[1], 4);
  int status = file_append(e->file, e->path, record, whole, err);
  free(record);
  return status;
}

static void event_begin(struct message *event, int64_t step) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  message_begin(event);
  put_double(event->f, EVENT_TIME, (double)t.tv_sec + (double)t.tv_nsec / 1e9);
  put_whole(event->f, EVENT_STEP, step);
}

static int event_end(struct events *e, struct message *event, char err[ERR]) {
  fclose(event->f);
  int status = write_record(e, event->at, event->size, err);
  free(event->at);
  return status;
}

int events_write(struct events *e, int64_t step, char err[ERR]) {
  struct message event;
  if (!e->values)
    return 0;
  fclose(e->values);
  e->values = NULL;
  int status = 0;
  if (e->file >= 0) {
    event_begin(&event, step);
    put_bytes(event.f, EVENT_SUMMARY, e->text, e->size);
    status = event_end(e, &event, err);
  }
  free(e->text);
  return status;
}

/* ---- files ---- */

static int is_ours(const char *name) {
  size_t n = strlen(name);
  return !strncmp(name, "events.out.tfevents.", 20) && n > strlen(ENDING) && !strcmp(name + n - strlen(ENDING), ENDING);
}

static void remove_older(const char *folder) {
  DIR *d = opendir(folder);
  for (struct dirent *entry; d && (entry = readdir(d));)
    if (is_ours(entry->d_name))
      unlinkat(dirfd(d), entry->d_name, 0);
  if (d)
    closedir(d);
}

/* Readers take files in the order of their names: later ones have a later time in it. */
static int create(struct events *e, const char *folder) {
  for (long long second = time(NULL);; second++) {
    e->path = mem_text("%s/events.out.tfevents.%010lld" ENDING, folder, second);
    e->file = open(e->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (e->file >= 0 || errno != EEXIST)
      return e->file >= 0 ? 0 : -1;
    free(e->path);
  }
}

int events_open(struct events *e, const char *folder, int64_t from, char err[ERR]) {
  enum { START = 1 };
  struct message event, session;
  *e = (struct events){.file = -1};
  if (mkdir(folder, 0777) && errno != EEXIST)
    return fail(err, "cannot make the folder %s: %s", folder, strerror(errno));
  if (!from)
    remove_older(folder);
  if (create(e, folder))
    return fail(err, "cannot write %s: %s", e->path, strerror(errno));
  event_begin(&event, 0);
  put_text(event.f, EVENT_VERSION, "brain.Event:2");
  if (event_end(e, &event, err))
    return -1;
  if (!from)
    return 0;
  event_begin(&event, from);
  message_begin(&session);
  put_whole(session.f, SESSION_STATUS, START);
  message_end(&session, event.f, EVENT_SESSION);
  return event_end(e, &event, err);
}

void events_close(struct events *e) {
  if (e->values) {
    fclose(e->values);
    free(e->text);
  }
  if (e->path && e->file >= 0)
    close(e->file);
  free(e->path);
  *e = (struct events){.file = -1};
}
