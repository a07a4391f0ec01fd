/* The file: a head, a table with an entry for each sample of the source (where its record lies, how long it is, its
   hash; zero: not there yet), then records as they come. A record is written before its entry, and read only if the
   hash is right, so that a program killed at any moment leaves a file that is good as far as it goes. One program at a
   time writes; another only reads what was there. */
#include "data/store.h"
#include "base.h"
#include "data/dataset.h"
#include "data/hash.h"
#include "term.h"
#include "value.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct head {
  char magic[8];
  uint64_t key[2];
  int64_t count;
};
struct entry {
  int64_t at, bytes;
  uint64_t hash;
};
struct plane { /* of a record, one for each field; the bytes of all follow */
  int32_t channels, height, width, label;
  int64_t between, boxes;
};

struct store {
  char *path;
  int fd, writes, fields;
  int64_t count, end;
  struct entry *entry;
  pthread_mutex_t lock;
};

static const char MAGIC[8] = "netc.s2";

/* ---- what a file belongs to ---- */

static void key_line(uint64_t key[2], const char *text) {
  hash_add(key, text, strlen(text) + 1);
}

static void key_recipe(uint64_t key[2], const struct net_dataset *s) {
  const struct net_data *d = &s->given;
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  for (int i = 0; i < d->fields; i++) {
    fprintf(f, "%d %d", d->field[i].kind, d->field[i].classes);
    for (int k = 0; k < d->field[i].rank; k++)
      fprintf(f, " %lld", (long long)d->field[i].dim[k]);
    if (d->field[i].derived)
      value_write(f, &(struct net_arg){.kind = NET_CALL, .call = d->field[i].derived});
  }
  for (int i = 0; i < d->prepares; i++)
    value_write(f, &(struct net_arg){.kind = NET_CALL, .call = &d->prepare[i]});
  value_write(f, &(struct net_arg){.kind = NET_CALL, .call = data_source(d, s->split)});
  int boxes = field_of(d, NET_BOXES);
  for (int k = 0; boxes >= 0 && k < d->field[boxes].classes; k++)
    fprintf(f, "\n%s", data_class_name(s, k) ? data_class_name(s, k) : "");
  fclose(f);
  key_line(key, text);
  free(text);
}

static void key_sample(uint64_t key[2], const struct net_dataset *s, int64_t i) {
  int32_t label = s->source->label && field_of(&s->given, NET_CLASS) >= 0 ? s->source->label(s->source, i) : -1;
  hash_add(key, &label, sizeof label);
  for (int f = 0; f < s->sourced.fields; f++) {
    char where[300];
    struct stat about = {0};
    if (s->given.field[f].kind == NET_CLASS)
      continue;
    s->source->where(s->source, i, f, where);
    int64_t now[3] = {0};
    if (!stat(where, &about)) {
      now[0] = about.st_size;
      now[1] = about.st_mtim.tv_sec;
      now[2] = about.st_mtim.tv_nsec;
    }
    key_line(key, where);
    hash_add(key, now, sizeof now);
  }
}

static int fields_fit(const struct net_dataset *s, char err[512]) {
  for (int f = 0; f < s->given.fields; f++) {
    enum net_field_kind kind = s->given.field[f].kind;
    if (kind != NET_IMAGE && kind != NET_MASK && kind != NET_CLASS_MASK && kind != NET_CLASS && kind != NET_BOXES)
      return fail(err, "--cache keeps pictures, masks, boxes and classes; field `%s` of %s is none of them",
                  s->given.field[f].name, s->data->name);
  }
  return 0;
}

/* ---- opening ---- */

static int write_all(int fd, const void *bytes, size_t size, int64_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pwrite(fd, (const char *)bytes + done, size - done, (off_t)(at + (int64_t)done));
    if (n <= 0 && errno != EINTR)
      return -1;
    done += n > 0 ? (size_t)n : 0;
  }
  return 0;
}

static int read_all(int fd, void *bytes, size_t size, int64_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pread(fd, (char *)bytes + done, size - done, (off_t)(at + (int64_t)done));
    if (n <= 0)
      return -1;
    done += (size_t)n;
  }
  return 0;
}

static int is_ours(const struct store *t, const struct head *wanted) {
  struct head there;
  return !read_all(t->fd, &there, sizeof there, 0) && !memcmp(&there, wanted, sizeof there) &&
         !read_all(t->fd, t->entry, (size_t)t->count * sizeof *t->entry, sizeof there);
}

/* Takes the file up, or begins it anew if it is none of ours or was never finished. */
static int take_up(struct store *t, const struct head *head, char err[512]) {
  struct stat about;
  t->fd = open(t->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (t->fd < 0)
    return fail(err, "cannot open %s: %s", t->path, strerror(errno));
  t->writes = !flock(t->fd, LOCK_EX | LOCK_NB);
  if (!is_ours(t, head)) {
    memset(t->entry, 0, (size_t)t->count * sizeof *t->entry);
    if (t->writes &&
        (ftruncate(t->fd, 0) || write_all(t->fd, t->entry, (size_t)t->count * sizeof *t->entry, sizeof *head) ||
         write_all(t->fd, head, sizeof *head, 0)))
      return fail(err, "cannot write %s: %s", t->path, strerror(errno));
  }
  if (fstat(t->fd, &about))
    return fail(err, "cannot read %s: %s", t->path, strerror(errno));
  t->end = about.st_size;
  return 0;
}

struct store *store_open(const struct net_dataset *s, const char *dir, char err[512]) {
  static const char *const splits[] = {"train", "val", "test"};
  if (fields_fit(s, err))
    return NULL;
  if (mkdir(dir, 0777) && errno != EEXIST)
    return fail(err, "cannot make the folder %s: %s", dir, strerror(errno)), NULL;
  struct head head = {.key = {1, 2}, .count = s->source->count};
  memcpy(head.magic, MAGIC, sizeof head.magic);
  key_recipe(head.key, s);
  for (int64_t i = 0; i < head.count; i++)
    key_sample(head.key, s, i);
  struct store *t = mem_get(sizeof *t);
  t->path = mem_text("%s/%s-%s-%016llx.cache", dir, s->data->name, splits[s->split], (unsigned long long)head.key[0]);
  t->fields = s->given.fields;
  t->count = head.count;
  t->entry = mem_get((size_t)t->count * sizeof *t->entry);
  pthread_mutex_init(&t->lock, NULL);
  if (!take_up(t, &head, err))
    return t;
  store_close(t);
  return NULL;
}

void store_close(struct store *t) {
  if (!t)
    return;
  if (t->fd >= 0)
    close(t->fd);
  pthread_mutex_destroy(&t->lock);
  free(t->entry), free(t->path);
  free(t);
}

/* ---- records ---- */

static size_t plane_bytes(const struct plane *p) {
  return (size_t)p->channels * (size_t)p->height * (size_t)p->width;
}

static size_t box_bytes(const struct plane *p) {
  return (size_t)p->boxes * 5 * sizeof(float);
}

static struct plane plane_of(const struct cell *c) {
  return (struct plane){c->bytes ? c->channels : 0, c->height, c->width, c->label, c->between, c->boxes};
}

/* Room of its own for the bytes that a record has next. */
static void *bytes_take(const unsigned char **from, size_t n) {
  void *bytes = n ? mem_get(n) : NULL;
  if (n)
    memcpy(bytes, *from, n);
  *from += n;
  return bytes;
}

static uint64_t hash_of(const void *bytes, int64_t size) {
  uint64_t hash[2] = {3, 4};
  hash_add(hash, bytes, (size_t)size);
  return hash[0] ^ hash[1];
}

enum { BOXES_MAX = 1 << 20 };

/* Does a record hold what its planes say? */
static int is_whole(const struct store *t, const unsigned char *record, int64_t bytes) {
  size_t room = (size_t)t->fields * sizeof(struct plane), need = room;
  if (bytes < (int64_t)room)
    return 0;
  for (int f = 0; f < t->fields; f++) {
    struct plane p;
    memcpy(&p, record + (size_t)f * sizeof p, sizeof p);
    if (p.channels < 0 || p.height < 0 || p.width < 0 || p.channels > 4096 || p.height > IMAGE_SIDE_MAX ||
        p.width > IMAGE_SIDE_MAX || p.boxes < 0 || p.boxes > BOXES_MAX)
      return 0;
    need += plane_bytes(&p) + box_bytes(&p);
  }
  return (int64_t)need == bytes;
}

int store_get(struct store *t, int64_t i, struct cell *cell) {
  pthread_mutex_lock(&t->lock);
  struct entry e = t->entry[i];
  pthread_mutex_unlock(&t->lock);
  if (e.bytes <= 0 || e.bytes > (int64_t)1 << 31)
    return 0;
  unsigned char *record = malloc((size_t)e.bytes);
  int good = record && !read_all(t->fd, record, (size_t)e.bytes, e.at) && hash_of(record, e.bytes) == e.hash &&
             is_whole(t, record, e.bytes);
  const unsigned char *from = record + (size_t)t->fields * sizeof(struct plane);
  for (int f = 0; f < t->fields && good; f++) {
    struct plane p;
    memcpy(&p, record + (size_t)f * sizeof p, sizeof p);
    cell[f] = (struct cell){.channels = p.channels, .height = p.height, .width = p.width, .label = p.label,
                            .between = p.between, .boxes = (int)p.boxes};
    cell[f].bytes = bytes_take(&from, plane_bytes(&p));
    cell[f].box = bytes_take(&from, box_bytes(&p));
  }
  free(record);
  return good;
}

static unsigned char *record_of(const struct store *t, const struct cell *cell, int64_t *bytes) {
  size_t room = (size_t)t->fields * sizeof(struct plane), need = room;
  for (int f = 0; f < t->fields; f++) {
    struct plane p = plane_of(&cell[f]);
    need += plane_bytes(&p) + box_bytes(&p);
  }
  unsigned char *record = mem_get(need), *to = record + room;
  for (int f = 0; f < t->fields; f++) {
    struct plane p = plane_of(&cell[f]);
    memcpy(record + (size_t)f * sizeof p, &p, sizeof p);
    if (cell[f].bytes)
      memcpy(to, cell[f].bytes, plane_bytes(&p));
    to += plane_bytes(&p);
    if (cell[f].box)
      memcpy(to, cell[f].box, box_bytes(&p));
    to += box_bytes(&p);
  }
  *bytes = (int64_t)need;
  return record;
}

void store_put(struct store *t, int64_t i, const struct cell *cell) {
  struct entry e = {0};
  pthread_mutex_lock(&t->lock);
  int wanted = t->writes && !t->entry[i].bytes;
  pthread_mutex_unlock(&t->lock);
  if (!wanted)
    return;
  unsigned char *record = record_of(t, cell, &e.bytes);
  e.hash = hash_of(record, e.bytes);
  pthread_mutex_lock(&t->lock);
  e.at = t->end;
  t->end += e.bytes;
  pthread_mutex_unlock(&t->lock);
  int failed = write_all(t->fd, record, (size_t)e.bytes, e.at) ||
               write_all(t->fd, &e, sizeof e, (int64_t)sizeof(struct head) + i * (int64_t)sizeof e);
  int why = errno;
  free(record);
  pthread_mutex_lock(&t->lock);
  if (!failed)
    t->entry[i] = e;
  else if (t->writes) {
    t->writes = 0;
    char *line = mem_text("cannot write %s: %s; what it holds is used, the rest is read from the pictures", t->path,
                          strerror(why));
    term_warn(line);
    free(line);
  }
  pthread_mutex_unlock(&t->lock);
}
