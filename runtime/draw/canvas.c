/* Drawing by single dots and areas: pictures here are small, and made once. */
#include "draw/canvas.h"
#include "draw/font.h"
#include <string.h>

struct net_picture *canvas_new(int width, int height, struct color ground) {
  struct net_picture *p = image_new(width, height, 3);
  if (p)
    canvas_area(p, 0, 0, width, height, ground);
  return p;
}

static void dot(struct net_picture *p, int x, int y, struct color c) {
  if (x < 0 || y < 0 || x >= p->width || y >= p->height)
    return;
  unsigned char *to = p->pixels + 3 * ((size_t)y * p->width + x);
  to[0] = c.r, to[1] = c.g, to[2] = c.b;
}

void canvas_area(struct net_picture *p, int x, int y, int width, int height, struct color c) {
  for (int j = y; j < y + height; j++)
    for (int i = x; i < x + width; i++)
      dot(p, i, j, c);
}

void canvas_frame(struct net_picture *p, int x, int y, int width, int height, int thick, struct color c) {
  canvas_area(p, x - thick, y - thick, width + 2 * thick, thick, c);
  canvas_area(p, x - thick, y + height, width + 2 * thick, thick, c);
  canvas_area(p, x - thick, y, thick, height, c);
  canvas_area(p, x + width, y, thick, height, c);
}

void canvas_picture(struct net_picture *p, int x, int y, const struct net_picture *from, int scale) {
  for (int j = 0; j < from->height; j++)
    for (int i = 0; i < from->width; i++) {
      const unsigned char *v = from->pixels + ((size_t)j * from->width + i) * from->channels;
      struct color c = from->channels == 3 ? (struct color){v[0], v[1], v[2]} : (struct color){*v, *v, *v};
      canvas_area(p, x + i * scale, y + j * scale, scale, scale, c);
    }
}

static void letter(struct net_picture *p, int x, int y, unsigned char code, int scale, struct color c) {
  static const unsigned char box[FONT_ROWS] = {31, 17, 17, 17, 17, 17, 31, 0, 0};
  const unsigned char *rows = code < FONT_FIRST || code > FONT_LAST ? box : font[code - FONT_FIRST];
  for (int j = 0; j < FONT_ROWS; j++)
    for (int i = 0; i < FONT_DOTS; i++)
      if (rows[j] >> (FONT_DOTS - 1 - i) & 1)
        canvas_area(p, x + i * scale, y + j * scale, scale, scale, c);
}

void canvas_text(struct net_picture *p, int x, int y, const char *text, int letters, int scale, struct color c) {
  int n = (int)strlen(text);
  for (int i = 0; i < n && i < letters; i++, x += FONT_WIDTH * scale)
    letter(p, x, y, n > letters && i >= letters - 2 ? '.' : (unsigned char)text[i], scale, c);
}

void canvas_blend(struct net_picture *p, int x, int y, struct color c, float share) {
  unsigned char *to = p->pixels + 3 * ((size_t)y * p->width + x), from[3] = {c.r, c.g, c.b};
  for (int k = 0; k < 3; k++)
    to[k] = (unsigned char)((float)to[k] + share * ((float)from[k] - (float)to[k]) + 0.5f);
}

struct color class_color(int k) {
  static const struct color c[] = {{230, 75, 53},  {77, 160, 220},  {60, 170, 95},  {250, 190, 60},
                                   {150, 90, 190}, {245, 130, 48},  {70, 200, 190}, {235, 90, 160},
                                   {160, 205, 70}, {120, 120, 220}, {170, 110, 60}, {200, 200, 210}};
  enum { COLORS = sizeof c / sizeof *c };
  return k <= 0 ? (struct color){0, 0, 0} : c[(k - 1) % COLORS];
}
