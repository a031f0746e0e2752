/* SPDX-License-Identifier: MIT */
/* Settings that a program gives as pairs of key and value.  What a problem has in the place of a
 * file is the key that it is about, as it was given. */
#ifndef EZ_CONFIG_PAIRS_H
#define EZ_CONFIG_PAIRS_H

#include <execz/config.h>

#include "config/document.h"

/* Reads the pairs whose key begins with the dictionary's prefix.  A key with no section of its own
 * is one of [scheduler]. */
void ez_pairs_read(ez_document *document, const execz_dictionary *dictionary, ez_report *report);

/* Reads n pairs as the keys of one section of document. */
ez_section *ez_pairs_read_section(ez_document *document, const char *kind, const char *name,
                                  const execz_pair *pairs, size_t n, ez_report *report);

#endif
