/* SPDX-License-Identifier: MIT */
/* Where function modules are looked for, in which order, and why there. */
#ifndef EZ_FUNCTION_DIRECTORIES_H
#define EZ_FUNCTION_DIRECTORIES_H

#include <glib.h>

typedef struct ez_directories ez_directories;

/* function_path (or NULL), the built-in directory, EXECZ_FUNCTION_PATH. */
ez_directories *ez_directories_new(const char *const *function_path);
void ez_directories_free(ez_directories *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_directories, ez_directories_free)

/* The first file NAME.so; NULL if there is none.  Caller frees. */
char *ez_directories_find(const ez_directories *self, const char *name);

/* The names of all modules there are, added to names (of char *, which owns them). */
void ez_directories_list(const ez_directories *self, GPtrArray *names);

/* All directories for an error message: path, why it is searched, what is wrong with it. */
char *ez_directories_describe(const ez_directories *self);

#endif
