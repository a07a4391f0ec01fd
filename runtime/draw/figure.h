/* The figures that scenes are drawn from: ten outlines, none of which is another one turned. */
#ifndef NET_FIGURE_H
#define NET_FIGURE_H

enum { FIGURES = 10, FIGURE_POINTS = 40 };
extern const char *const figure_name[FIGURES];

/* A figure at a place: all of it lies within `radius` of (x, y), in pixels, but for a square's corners, which reach out. */
#define FIGURE_REACH 1.11f /* times the radius */
struct figure {
  int kind;
  float x, y, radius, cosine, sine;
  int nested; /* it lies on another one */
  int points; /* of the outline, in units of the radius; 0: the distance has a formula of its own */
  float point[FIGURE_POINTS][2];
};
struct figure figure_at(int kind, float x, float y, float radius, float angle);

/* The share of the radius around the centre that is filled by a figure whose inside is fit to hold another; else 0. */
float figure_holds(int kind);

/* A triangle (3) or quadrilateral (4) whose corners tell themselves apart by their angles, mirrored or not. corner gets
   where they are, in pixels. Its kind is FIGURES. */
enum { CORNERS = 4 };
struct figure figure_with_corners(int corners, float x, float y, float radius, float angle, int mirrored,
                                  float corner[CORNERS][2]);

/* Signed distance in pixels from the figure's border: negative inside. */
float figure_distance(const struct figure *f, float x, float y);

#endif
