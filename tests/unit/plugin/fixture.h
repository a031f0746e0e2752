/* SPDX-License-Identifier: MIT */
/* Directories with plugins that were built from tests/data/plugins. */
#ifndef EZ_TEST_PLUGIN_FIXTURE_H
#define EZ_TEST_PLUGIN_FIXTURE_H

#include <glib.h>

#include "plugin/catalog.h"

/* The built file of that plugin.  Caller frees. */
char *fixture_path(const char *name);

/* The bytes of that plugin. */
GBytes *fixture_bytes(const char *name);

/* A new empty directory that nobody else may write to, removed when the process ends. */
const char *fixture_directory(void);

/* Puts a copy of that plugin into directory, under the name as (with ".so"). */
void fixture_install(const char *directory, const char *name, const char *as);

/* A catalog of these directories: built in, and plugin_path (NULL: none). */
ez_catalog *fixture_catalog(const char *builtin, const char *path);

#endif
