/* PNG in and out by libpng. Its errors come back here by longjmp, so everything that must be freed is reached through
   one struct, which the jump leaves intact. */
#include "image/codec.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct png_job {
  const unsigned char *bytes;
  size_t size, at;
  char *err;
  struct net_picture *picture;
  png_bytep *rows;
  int numbers, orientation, whole; /* whole: all pixels are there */
};

static void png_failed(png_structp png, png_const_charp message) {
  struct png_job *job = png_get_error_ptr(png);
  if (!*job->err)
    snprintf(job->err, REASON, "a broken PNG (%s)", message);
  png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void png_supply(png_structp png, png_bytep to, size_t count) {
  struct png_job *job = png_get_io_ptr(png);
  if (count > job->size - job->at)
    png_error(png, "the file ends too early");
  memcpy(to, job->bytes + job->at, count);
  job->at += count;
}

/* Asks libpng for 8-bit grey or RGB, whatever the file holds. */
static void png_simplify(png_structp png, png_infop info, int numbers) {
  int type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  if (numbers && type != PNG_COLOR_TYPE_PALETTE && type != PNG_COLOR_TYPE_GRAY)
    png_error(png, "colours where each pixel should be a number");
  if (numbers && depth <= 8)
    png_set_packing(png);
  else if (numbers)
    png_error(png, "16 bits where each pixel should be a number up to 255");
  else if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  else if (depth < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16)
    png_set_scale_16(png);
  if (!numbers)
    png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

static void png_run(png_structp png, png_infop info, struct png_job *job) {
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff); /* size_check has the better message */
  png_set_read_fn(png, job, png_supply);
  png_read_info(png, info);
  unsigned long width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (size_check(width, height, job->err))
    png_error(png, "too large");
  png_simplify(png, info, job->numbers);
  int channels = png_get_channels(png, info);
  if ((channels != 1 && channels != 3) || png_get_rowbytes(png, info) != width * channels)
    png_error(png, "a form that is not understood");
  job->picture = image_new((int)width, (int)height, channels);
  job->rows = malloc(height * sizeof *job->rows);
  if (!job->picture || !job->rows)
    png_error(png, "out of memory");
  for (unsigned long y = 0; y < height; y++)
    job->rows[y] = job->picture->pixels + y * width * channels;
  png_read_image(png, job->rows);
  job->whole = 1;
  png_read_end(png, info);
  png_bytep exif;
  png_uint_32 exif_size;
  if (png_get_eXIf_1(png, info, &exif_size, &exif))
    job->orientation = exif_orientation(exif, exif_size);
}

struct net_picture *png_decode(const unsigned char *bytes, size_t size, int numbers, char err[REASON]) {
  struct png_job job = {bytes, size, 0, err, NULL, NULL, numbers, 1, 0};
  *err = 0;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, png_failed, png_warned);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    snprintf(err, REASON, "out of memory");
    return NULL;
  }
  if (setjmp(png_jmpbuf(png))) {
    if (!job.whole) { /* of what lies behind the pixels nothing is needed */
      image_free(job.picture);
      job.picture = NULL;
    }
  } else
    png_run(png, info, &job);
  png_destroy_read_struct(&png, &info, NULL);
  free(job.rows);
  return exif_apply(job.picture, job.orientation);
}

static void png_put(png_structp png, png_infop info, const struct net_picture *p, FILE *file) {
  png_init_io(png, file);
  png_set_IHDR(png, info, p->width, p->height, 8, p->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int y = 0; y < p->height; y++)
    png_write_row(png, p->pixels + (size_t)y * p->width * p->channels);
  png_write_end(png, NULL);
}

int png_encode(void *file, const struct net_picture *p, char err[REASON]) {
  struct png_job job = {.err = err};
  *err = 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &job, png_failed, png_warned);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  volatile int failed = 1;
  if (!info)
    snprintf(err, REASON, "out of memory");
  else if (setjmp(png_jmpbuf(png)))
    snprintf(err, REASON, "cannot be written");
  else {
    png_put(png, info, p, file);
    failed = 0;
  }
  png_destroy_write_struct(&png, &info);
  return failed ? -1 : 0;
}
