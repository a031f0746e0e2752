/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

struct ez_table {
    size_t n_columns;
    size_t *width;    /* owned, of each column in characters */
    GPtrArray *cells; /* of char *, row after row, the head first */
};

/* Nearly all texts are shown as they are: tables have tens of thousands of cells. */
static bool
is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~') {
        text++;
    }
    return *text == '\0';
}

static char *
make_cell(const char *text)
{
    GString *cell;

    if (text == NULL || text[0] == '\0') {
        return g_strdup("-");
    }
    if (is_plain(text)) {
        return g_strdup(text);
    }
    cell = g_string_new(NULL);
    ez_text_append_safe(cell, text, strlen(text), "");
    g_strdelimit(cell->str, "\n\t", ' ');
    return g_string_free(cell, FALSE);
}

static void
add_cell(ez_table *self, const char *text)
{
    size_t column = self->cells->len % self->n_columns;
    char *cell = make_cell(text);

    self->width[column] = MAX(self->width[column], (size_t)g_utf8_strlen(cell, -1));
    g_ptr_array_add(self->cells, cell);
}

ez_table *
ez_table_new(const char *const *head, size_t n_columns)
{
    ez_table *self = g_new0(ez_table, 1);

    self->n_columns = n_columns;
    self->width = g_new0(size_t, n_columns);
    self->cells = g_ptr_array_new_with_free_func(g_free);
    ez_table_add(self, head);
    return self;
}

void
ez_table_free(ez_table *self)
{
    if (self != NULL) {
        g_ptr_array_unref(self->cells);
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

void
ez_table_print(const ez_table *self, FILE *out, int indent)
{
    for (guint i = 0; i < self->cells->len; i++) {
        size_t column = i % self->n_columns;
        const char *cell = self->cells->pdata[i];
        bool last = column + 1 == self->n_columns;
        int blanks = last ? 0 : (int)(self->width[column] - (size_t)g_utf8_strlen(cell, -1)) + 2;

        fprintf(out, "%*s%s%*s%s", column == 0 ? indent : 0, "", cell, blanks, "",
                last ? "\n" : "");
    }
}
