/* What image.c and the two decoders share. Decoders get the whole file and return NULL with the reason (no path) in
   err. numbers: 1 keeps a palette's indices and small depths as they are. */
#ifndef NET_CODEC_H
#define NET_CODEC_H
#include "image/image.h"

enum { REASON = 200 };

struct net_picture *png_decode(const unsigned char *bytes, size_t size, int numbers, char err[REASON]);
struct net_picture *jpeg_decode(const unsigned char *bytes, size_t size, char err[REASON]);
int png_encode(void *file, const struct net_picture *p, char err[REASON]); /* file: FILE * */
int jpeg_encode(void *file, const struct net_picture *p, char err[REASON]);

/* The orientation, 1 to 8, in a TIFF block as EXIF has it; 1 if there is none or the block is broken. */
int exif_orientation(const unsigned char *tiff, size_t size);
/* Turns and mirrors p as EXIF's orientation says. Consumes p. */
struct net_picture *exif_apply(struct net_picture *p, int orientation);

/* 0 if a picture may be this large, else -1 and err. */
int size_check(unsigned long width, unsigned long height, char err[REASON]);

#endif
