/* SPDX-License-Identifier: MIT */
/* Rows of text in columns that are as wide as they need to be. */
#ifndef EZ_TOOL_TABLE_H
#define EZ_TOOL_TABLE_H

#include <stdio.h>

#include <glib.h>

typedef struct ez_table ez_table;

/* A table with a head of n_columns words. */
ez_table *ez_table_new(const char *const *head, size_t n_columns);
void ez_table_free(ez_table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_table, ez_table_free)

/* Adds a row of as many cells as the head has; NULL or "" is shown as "-". */
void ez_table_add(ez_table *self, const char *const *cells);

size_t ez_table_count(const ez_table *self);

/* Prints the head and all rows, indent blanks before each. */
void ez_table_print(const ez_table *self, FILE *out, int indent);

#endif
