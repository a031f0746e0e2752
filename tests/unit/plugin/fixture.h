/* SPDX-License-Identifier: MIT */
/* Directories with plugins that were built from tests/data/plugins. */
#ifndef EZ_TEST_PLUGIN_FIXTURE_H
#define EZ_TEST_PLUGIN_FIXTURE_H

#include <elf.h>
#include <glib.h>

#include "plugin/catalog.h"

/* The built file of that plugin.  Caller frees. */
char *fixture_path(const char *name);

/* The bytes of that plugin. */
GBytes *fixture_bytes(const char *name);

/* The first segment of that type, or dynamic entry with that tag, of a sound file; to be changed. */
Elf64_Phdr *fixture_segment(uint8_t *image, uint32_t type);
Elf64_Dyn *fixture_dynamic_entry(uint8_t *image, int64_t tag);

/* Puts the text new, which is not longer, in the place of the first text old in an image. */
void fixture_replace(uint8_t *image, size_t size, const char *old, const char *new);

/* A new empty directory that nobody else may write to, removed when the process ends. */
const char *fixture_directory(void);

/* Sees to it that the file or empty directory at path, which it takes, is removed in the end. */
void fixture_remember(char *path);

/* Puts a copy of that plugin into directory, under the name as (with ".so"). */
void fixture_install(const char *directory, const char *name, const char *as);

/* A catalog of these directories: built in, and plugin_path (NULL: none). */
ez_catalog *fixture_catalog(const char *builtin, const char *path);

#endif
