/* Up to 12 classes have room for their counts in full; with more the cells shrink, and the numbers go. */
#include "log/matrix.h"
#include "log/file.h"
#include <stdlib.h>
#include <string.h>

enum { FEW = 12, SOME = 30, LETTERS = 18, HEAD = 40, LETTER_SIZE = 11, LABEL_ROOM = 130 };

static int cell_of(int classes) {
  return classes <= FEW ? 44 : classes <= SOME ? 26 : 11;
}

/* At most LETTERS characters of a name. */
static void name_at(FILE *out, const char *how, const char *name) {
  char *clean = text_clean(name), *at = clean;
  for (int n = 0; *at; at++)
    if ((*at & 0xc0) != 0x80 && n++ == LETTERS)
      break;
  fprintf(out, "<text %s>", how);
  int cut = *at != 0;
  *at = 0;
  xml_text(out, clean);
  fprintf(out, "%s</text>\n", cut ? "…" : "");
  free(clean);
}

/* White to blue. */
static void draw_cell(FILE *out, double x, double y, int cell, double count, double share) {
  int r = (int)(255 - share * 247), g = (int)(255 - share * 174), b = (int)(255 - share * 99);
  fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%d\" fill=\"#%02x%02x%02x\"/>\n", x, y, cell, cell, r, g, b);
  if (count > 0 && cell > 20)
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"%d\"%s>%.0f</text>\n", x + cell / 2.0,
            y + cell / 2.0 + 4, cell > 30 ? LETTER_SIZE : count < 1000 ? 10 : 7, share > 0.55 ? " fill=\"#fff\"" : "", count);
}

static void draw_names(FILE *out, const struct matrix *m, int cell, int left, int top) {
  char how[160];
  int size = cell > 20 ? LETTER_SIZE : 8, bottom = top + m->classes * cell;
  for (int k = 0; k < m->classes; k++) {
    double middle = (k + 0.5) * cell;
    snprintf(how, sizeof how, "x=\"%d\" y=\"%.1f\" text-anchor=\"end\" font-size=\"%d\"", left - 6, top + middle + 3.5, size);
    name_at(out, how, m->name[k]);
    snprintf(how, sizeof how, "transform=\"translate(%.1f %d) rotate(-55)\" text-anchor=\"end\" font-size=\"%d\"",
             left + middle + 3, bottom + 12, size);
    name_at(out, how, m->name[k]);
  }
}

void matrix_write(FILE *out, const struct matrix *m) {
  int n = m->classes, cell = cell_of(n), left = LABEL_ROOM + 16, top = HEAD, wide = left + n * cell + 20;
  int high = top + n * cell + LABEL_ROOM - 10;
  wide = wide < 360 ? 360 : wide;
  fprintf(out,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
          "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"%d\" fill=\"#222\">\n"
          "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<text x=\"20\" y=\"24\" font-size=\"15\" font-weight=\"bold\">",
          wide, high, wide, high, LETTER_SIZE, wide, high);
  xml_text(out, m->title);
  fputs("</text>\n", out);
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int k = 0; k < n; k++)
      sum += m->count[i * n + k];
    for (int k = 0; k < n; k++)
      draw_cell(out, left + k * cell, top + i * cell, cell, m->count[i * n + k], sum > 0 ? m->count[i * n + k] / sum : 0);
  }
  fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#222\"/>\n", left, top, n * cell,
          n * cell);
  draw_names(out, m, cell, left, top);
  fprintf(out, "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">true</text>\n", top + n * cell / 2);
  fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">predicted</text>\n</svg>\n", left + n * cell / 2, high - 8);
}
