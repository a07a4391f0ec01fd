/* Drawing on RGB pictures: areas, pictures in pictures, text. What lies outside the canvas is cut off. */
#ifndef NET_CANVAS_H
#define NET_CANVAS_H
#include "image/image.h"

struct color {
  unsigned char r, g, b;
};
enum { FONT_WIDTH = 6, FONT_HEIGHT = 11 }; /* a letter with its gaps, at scale 1 */

struct net_picture *canvas_new(int width, int height, struct color ground);
void canvas_area(struct net_picture *p, int x, int y, int width, int height, struct color c);
void canvas_frame(struct net_picture *p, int x, int y, int width, int height, int thick, struct color c);
/* from (grey or RGB) at (x, y), every pixel as scale x scale. */
void canvas_picture(struct net_picture *p, int x, int y, const struct net_picture *from, int scale);
/* At most `letters` letters; a longer text ends in two dots. Bytes outside printable ASCII show as a box. */
void canvas_text(struct net_picture *p, int x, int y, const char *text, int letters, int scale, struct color c);
/* Mixes c into one pixel; share 0…1. */
void canvas_blend(struct net_picture *p, int x, int y, struct color c, float share);

/* A colour for each class; neighbours differ well. Class 0, the ground, is black. */
struct color class_color(int k);

#endif
