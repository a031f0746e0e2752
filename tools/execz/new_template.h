/* SPDX-License-Identifier: MIT */
/* The files that `execz plugin new` writes: those in new/, compiled in. */
#ifndef EZ_TOOL_NEW_TEMPLATE_H
#define EZ_TOOL_NEW_TEMPLATE_H

typedef struct ez_new_template {
    const char *file;     /* its name, in which @...@ stands for something else, as in the text */
    const char *language; /* of those that are for one only; NULL: for all */
    const char *text;
} ez_new_template;

/* Up to one without a file. */
extern const ez_new_template ez_new_templates[];

#endif
