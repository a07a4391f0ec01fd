/* Letters of 5 x 7 dots, printable ASCII from the space on: seven rows each, the leftmost dot being bit 4. */
#ifndef NET_FONT_H
#define NET_FONT_H

enum { FONT_FIRST = 32, FONT_LAST = 126, FONT_ROWS = 7, FONT_DOTS = 5 };
extern const unsigned char font[FONT_LAST - FONT_FIRST + 1][FONT_ROWS];

#endif
