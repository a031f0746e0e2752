/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

/* Its text is in texts. */
typedef struct cell {
    const char *text;
    size_t length; /* in bytes */
    size_t width;  /* in characters */
} cell;

struct ez_table {
    size_t n_columns;
    size_t *width;       /* owned, of each column */
    GArray *cells;       /* of cell, row after row, the head first */
    GStringChunk *texts; /* owned: tables have tens of thousands of cells */
};

/* Nearly all texts are shown as they are. */
static bool
is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~') {
        text++;
    }
    return *text == '\0';
}

static void
keep_text(ez_table *self, cell *out, const char *text)
{
    out->length = strlen(text);
    out->width = out->length;
    out->text = g_string_chunk_insert_len(self->texts, text, (gssize)out->length);
}

/* A text that may have anything in it. */
static void
keep_safe(ez_table *self, cell *out, const char *text)
{
    g_autoptr(GString) safe = g_string_new(NULL);

    ez_text_append_safe(safe, text, strlen(text), "");
    g_strdelimit(safe->str, "\n\t", ' ');
    keep_text(self, out, safe->str);
    out->width = (size_t)g_utf8_strlen(safe->str, -1);
}

static void
add_cell(ez_table *self, const char *text)
{
    size_t column = self->cells->len % self->n_columns;
    cell added;

    if (text == NULL || text[0] == '\0') {
        added = (cell){"-", 1, 1};
    } else if (is_plain(text)) {
        keep_text(self, &added, text);
    } else {
        keep_safe(self, &added, text);
    }
    self->width[column] = MAX(self->width[column], added.width);
    g_array_append_val(self->cells, added);
}

ez_table *
ez_table_new(const char *const *head, size_t n_columns)
{
    ez_table *self = g_new0(ez_table, 1);

    self->n_columns = n_columns;
    self->width = g_new0(size_t, n_columns);
    self->cells = g_array_new(FALSE, FALSE, sizeof(cell));
    self->texts = g_string_chunk_new(16384);
    ez_table_add(self, head);
    return self;
}

void
ez_table_free(ez_table *self)
{
    if (self != NULL) {
        g_array_unref(self->cells);
        g_string_chunk_free(self->texts);
        g_free(self->width);
        g_free(self);
    }
}

void
ez_table_add(ez_table *self, const char *const *cells)
{
    for (size_t i = 0; i < self->n_columns; i++) {
        add_cell(self, cells[i]);
    }
}

size_t
ez_table_count(const ez_table *self)
{
    return self->cells->len / self->n_columns - 1;
}

static void
put_blanks(FILE *out, size_t n)
{
    static const char blanks[] = "                                ";

    for (size_t k = 0; n > 0; n -= k) {
        k = MIN(n, sizeof blanks - 1);
        fwrite(blanks, 1, k, out);
    }
}

void
ez_table_print(const ez_table *self, FILE *out, int indent)
{
    for (guint i = 0; i < self->cells->len; i++) {
        const cell *one = &g_array_index(self->cells, cell, i);
        size_t column = i % self->n_columns;

        put_blanks(out, column == 0 ? (size_t)indent : 0);
        fwrite(one->text, 1, one->length, out);
        if (column + 1 < self->n_columns) {
            put_blanks(out, self->width[column] - one->width + 2);
        } else {
            putc('\n', out);
        }
    }
}
