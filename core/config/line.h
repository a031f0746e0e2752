/* SPDX-License-Identifier: MIT */
/* Cuts a text into logical lines: without comments, joined where they go on, checked byte by
 * byte. */
#ifndef EZ_CONFIG_LINE_H
#define EZ_CONFIG_LINE_H

#include "config/document.h"

typedef struct ez_lines {
    const char *file; /* borrowed, as the next three */
    const char *at;
    const char *end;
    ez_report *report;
    unsigned number; /* of the line read last */
} ez_lines;

/* One logical line. */
typedef struct ez_line {
    GString *text; /* owned; without the blanks around it */
    GArray *spans; /* owned, of ez_span: where text stands in the file */
    const char *file;
    char first;  /* its first character; 0: it has none */
    bool broken; /* some of it could not be read, which is reported; text is not complete */
} ez_line;

void ez_line_clear(ez_line *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_line, ez_line_clear)

/* Where the byte at offset of the line's text stands. */
ez_place ez_line_place(const ez_line *self, size_t offset);

void ez_lines_init(ez_lines *self, const char *file, const char *text, size_t length,
                   ez_report *report);

/* Fills line, which starts as zeroes, with the next line that is no comment; false at the end. */
bool ez_lines_next(ez_lines *self, ez_line *line);

#endif
