/* SPDX-License-Identifier: MIT */
/* Reads the text of one configuration file into a document; docs/CONFIG.md describes the format.
 *
 * Strict, and never at its end before the end of the text: each problem is reported at its place,
 * then reading goes on where a person would go on.  What was damaged is marked, so that nobody
 * complains about the absence of what could only not be read.
 *
 * A value is what stands in the line, with no escapes and no quotes, so that a shell line can be
 * pasted as it is.  That is why comments have lines of their own, and why a value goes on after a
 * backslash at the end of a line and not by indentation: an indented key would vanish in the value
 * before it. */
#ifndef EZ_CONFIG_INI_H
#define EZ_CONFIG_INI_H

#include "config/document.h"

#define EZ_CONFIG_LINE_MAX ((size_t)64 << 10) /* bytes of a line, without its end */
#define EZ_CONFIG_PROBLEMS_MAX 1000 /* of reading one file: it is probably no INI at all */

/* Reads length bytes of text, which may hold anything, as the file that ez_document_add_file()
 * has registered. */
void ez_ini_read(ez_document *document, const char *file, const char *text, size_t length,
                 ez_report *report);

#endif
