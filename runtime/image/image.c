/* Reads and writes pictures: finds out what a file is, hands it to its decoder, and names the file in every complaint.
 */
#include "image/image.h"
#include "image/codec.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 30 };

struct net_picture *image_new(int width, int height, int channels) {
  struct net_picture *p = malloc(sizeof *p);
  unsigned char *pixels = calloc((size_t)width * height, channels);
  if (!p || !pixels) {
    free(p);
    free(pixels);
    return NULL;
  }
  *p = (struct net_picture){width, height, channels, pixels, {1, 0, 0, 0, 1, 0}};
  return p;
}

void image_free(struct net_picture *p) {
  if (!p)
    return;
  free(p->pixels);
  free(p);
}

int size_check(unsigned long width, unsigned long height, char err[REASON]) {
  if (width && height && width <= IMAGE_SIDE_MAX && height <= IMAGE_SIDE_MAX && width * height <= IMAGE_PIXELS_MAX)
    return 0;
  snprintf(err, REASON, "it is %lux%lu; pictures may have up to %d pixels a side and %d million in all", width, height,
           IMAGE_SIDE_MAX, IMAGE_PIXELS_MAX / 1000000);
  return -1;
}

static struct net_picture *decode(const unsigned char *bytes, size_t size, int numbers, const char *path,
                                  char err[512]) {
  char why[REASON] = "neither a PNG nor a JPEG";
  struct net_picture *p = NULL;
  errno = 0;
  if (!size)
    snprintf(why, sizeof why, "the file is empty");
  else if (size >= 8 && !memcmp(bytes, "\x89PNG\r\n\x1a\n", 8))
    p = png_decode(bytes, size, numbers, why);
  else if (numbers)
    snprintf(why, sizeof why, "not a PNG; a picture of classes must be one, since JPEG changes values");
  else if (size >= 3 && !memcmp(bytes, "\xff\xd8\xff", 3))
    p = jpeg_decode(bytes, size, why);
  if (!p)
    snprintf(err, 512, "%s: %s", path, *why ? why : "out of memory");
  return p;
}

struct net_picture *image_decode(const unsigned char *bytes, size_t size, const char *path, char err[512]) {
  return decode(bytes, size, 0, path, err);
}

/* The whole file, or NULL and err. */
static unsigned char *file_bytes(const char *path, size_t *size, char err[512]) {
  errno = 0;
  FILE *f = fopen(path, "rb");
  struct stat info;
  if (!f || fstat(fileno(f), &info)) {
    snprintf(err, 512, "%s: %s", path, strerror(errno));
    if (f)
      fclose(f);
    return NULL;
  }
  unsigned char *bytes = NULL;
  if (!S_ISREG(info.st_mode))
    snprintf(err, 512, "%s: not a file", path);
  else if (info.st_size > FILE_MAX)
    snprintf(err, 512, "%s: larger than a gigabyte", path);
  else if (!(bytes = malloc(info.st_size + 1)))
    snprintf(err, 512, "%s: out of memory", path);
  else if ((*size = fread(bytes, 1, info.st_size, f)) != (size_t)info.st_size) {
    snprintf(err, 512, "%s: cannot be read to its end", path);
    free(bytes);
    bytes = NULL;
  }
  fclose(f);
  return bytes;
}

static struct net_picture *read_as(const char *path, int numbers, char err[512]) {
  size_t size = 0;
  unsigned char *bytes = file_bytes(path, &size, err);
  if (!bytes)
    return NULL;
  struct net_picture *p = decode(bytes, size, numbers, path, err);
  free(bytes);
  return p;
}

struct net_picture *image_read(const char *path, char err[512]) {
  return read_as(path, 0, err);
}

struct net_picture *image_read_numbers(const char *path, char err[512]) {
  return read_as(path, 1, err);
}

int image_write(const char *path, const struct net_picture *p, char err[512]) {
  FILE *f = fopen(path, "wb");
  if (!f) {
    snprintf(err, 512, "%s: %s", path, strerror(errno));
    return -1;
  }
  const char *dot = strrchr(path, '.');
  int jpeg = dot && (!strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg"));
  char why[REASON] = "cannot be written";
  int failed = jpeg ? jpeg_encode(f, p, why) : png_encode(f, p, why);
  failed |= fclose(f) != 0;
  if (failed)
    snprintf(err, 512, "%s: %s", path, why);
  return failed ? -1 : 0;
}

struct net_picture *image_convert(struct net_picture *p, int channels) {
  if (!p || p->channels == channels)
    return p;
  struct net_picture *q = image_new(p->width, p->height, channels);
  if (q) {
    size_t n = (size_t)p->width * p->height;
    const unsigned char *from = p->pixels;
    unsigned char *to = q->pixels;
    if (channels == 3)
      for (size_t i = 0; i < n; i++)
        memset(to + 3 * i, from[i], 3);
    else /* the weights in 1/65536, as Pillow has them */
      for (size_t i = 0; i < n; i++, from += 3)
        to[i] = (from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 0x8000) >> 16;
    memcpy(q->map, p->map, sizeof q->map);
  }
  image_free(p);
  return q;
}
