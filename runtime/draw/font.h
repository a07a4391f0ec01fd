/* Letters of 5 x 7 dots and two rows below the line, printable ASCII from the space on; rows from the top, the leftmost
   dot is bit 4. */
#ifndef NET_FONT_H
#define NET_FONT_H

enum { FONT_FIRST = 32, FONT_LAST = 126, FONT_ROWS = 9, FONT_DOTS = 5 };
extern const unsigned char font[FONT_LAST - FONT_FIRST + 1][FONT_ROWS];

#endif
