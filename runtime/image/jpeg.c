/* JPEG in and out by libjpeg. Its errors come back here by longjmp. Damage that libjpeg would paper over with grey
   (data cut off, broken codes) is an error too: half a picture with a whole label would teach the network something
   false. */
#include "image/codec.h"
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct jpeg_job {
  struct jpeg_error_mgr manager; /* first: libjpeg hands back a pointer to it */
  jmp_buf back;
  char *err;
  struct net_picture *picture;
  unsigned char *row;
};

static void jpeg_failed(j_common_ptr c) {
  struct jpeg_job *job = (struct jpeg_job *)c->err;
  char message[JMSG_LENGTH_MAX];
  c->err->format_message(c, message);
  if (!*job->err)
    snprintf(job->err, REASON, "a broken JPEG (%.150s)", message);
  longjmp(job->back, 1);
}

static void jpeg_warned(j_common_ptr c, int level) {
  if (level >= 0)
    return;
  switch (c->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_NOT_SEQUENTIAL:
  case JWRN_BOGUS_PROGRESSION:
    jpeg_failed(c);
  }
}

static void jpeg_silent(j_common_ptr c) {
  (void)c;
}

static int jpeg_orientation(const struct jpeg_decompress_struct *c) {
  for (jpeg_saved_marker_ptr m = c->marker_list; m; m = m->next)
    if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && !memcmp(m->data, "Exif\0\0", 6))
      return exif_orientation(m->data + 6, m->data_length - 6);
  return 1;
}

/* One row of CMYK to RGB, as Pillow has it to the bit. Adobe's files hold 255 - ink. */
static void cmyk_row(const unsigned char *from, unsigned char *to, int width, int inverted) {
  for (int x = 0; x < width; x++, from += 4, to += 3) {
    int k = inverted ? from[3] : 255 - from[3];
    for (int i = 0; i < 3; i++) {
      int product = (inverted ? 255 - from[i] : from[i]) * k + 128;
      to[i] = (unsigned char)(k - ((product + (product >> 8)) >> 8));
    }
  }
}

static void jpeg_run(struct jpeg_decompress_struct *c, const unsigned char *bytes, size_t size, struct jpeg_job *job) {
  jpeg_mem_src(c, bytes, size);
  jpeg_save_markers(c, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(c, TRUE);
  if (size_check(c->image_width, c->image_height, job->err))
    jpeg_failed((j_common_ptr)c);
  int ink = c->jpeg_color_space == JCS_CMYK || c->jpeg_color_space == JCS_YCCK;
  int grey = c->jpeg_color_space == JCS_GRAYSCALE;
  c->out_color_space = ink ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(c);
  int channels = grey ? 1 : 3;
  job->picture = image_new((int)c->output_width, (int)c->output_height, channels);
  job->row = ink ? malloc((size_t)c->output_width * 4) : NULL;
  if (!job->picture || (ink && !job->row)) {
    snprintf(job->err, REASON, "out of memory");
    jpeg_failed((j_common_ptr)c);
  }
  while (c->output_scanline < c->output_height) {
    unsigned char *to = job->picture->pixels + (size_t)c->output_scanline * c->output_width * channels;
    unsigned char *row = ink ? job->row : to;
    jpeg_read_scanlines(c, &row, 1);
    if (ink)
      cmyk_row(row, to, (int)c->output_width, c->saw_Adobe_marker);
  }
  int orientation = jpeg_orientation(c);
  jpeg_finish_decompress(c);
  job->picture = exif_apply(job->picture, orientation);
}

static void job_begin(struct jpeg_job *job, char err[REASON]) {
  memset(job, 0, sizeof *job);
  *err = 0;
  job->err = err;
  jpeg_std_error(&job->manager);
  job->manager.error_exit = jpeg_failed;
  job->manager.emit_message = jpeg_warned;
  job->manager.output_message = jpeg_silent;
}

struct net_picture *jpeg_decode(const unsigned char *bytes, size_t size, char err[REASON]) {
  struct jpeg_decompress_struct c;
  struct jpeg_job job;
  job_begin(&job, err);
  c.err = &job.manager;
  jpeg_create_decompress(&c);
  if (setjmp(job.back)) {
    image_free(job.picture);
    job.picture = NULL;
  } else
    jpeg_run(&c, bytes, size, &job);
  jpeg_destroy_decompress(&c);
  free(job.row);
  return job.picture;
}

static void jpeg_put(struct jpeg_compress_struct *c, const struct net_picture *p, FILE *file) {
  jpeg_stdio_dest(c, file);
  c->image_width = p->width;
  c->image_height = p->height;
  c->input_components = p->channels;
  c->in_color_space = p->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(c);
  jpeg_set_quality(c, 92, TRUE);
  jpeg_start_compress(c, TRUE);
  while (c->next_scanline < c->image_height) {
    unsigned char *row = p->pixels + (size_t)c->next_scanline * p->width * p->channels;
    jpeg_write_scanlines(c, &row, 1);
  }
  jpeg_finish_compress(c);
}

int jpeg_encode(void *file, const struct net_picture *p, char err[REASON]) {
  struct jpeg_compress_struct c;
  struct jpeg_job job;
  job_begin(&job, err);
  c.err = &job.manager;
  jpeg_create_compress(&c);
  volatile int failed = 1;
  if (!setjmp(job.back)) {
    jpeg_put(&c, p, file);
    failed = 0;
  }
  jpeg_destroy_compress(&c);
  return failed ? -1 : 0;
}
