#include "Pictures.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// A file of many almost empty passes over a large picture would keep a decoder busy for hours; programs write about ten.
enum { MOST_SCANS = 100 };

/// All that outlives a jump is in here, in the frame of a function that setjmp does not return to twice.
struct jpeg_work {
  // First, so that libjpeg's pointer to it is one to the whole.
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  struct jpeg_decompress_struct decoder;
  jmp_buf place;
  const uint8_t *bytes;
  size_t size;
  uint64_t most_pixels;
  uint8_t *row;
  struct picture *picture;
  enum picture_status status;
};

static void fail(struct jpeg_work *work, enum picture_status status, const char *message) {
  work->status = status;
  if (message != NULL) snprintf(work->picture->message, sizeof work->picture->message, "%s", message);
  longjmp(work->place, 1);
}

static void fail_by_library(j_common_ptr decoder) {
  struct jpeg_work *work = (struct jpeg_work *)decoder->err;
  char message[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, message);
  fail(work, decoder->err->msg_code == JERR_OUT_OF_MEMORY ? PICTURE_OUT_OF_MEMORY : PICTURE_DAMAGED, message);
}

/// libjpeg calls these warnings, and makes up the pixels that are missing.
static void fail_by_warning(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  switch (decoder->err->msg_code) {
    // Bytes between markers, and an unknown colour transformation, which is guessed, harm no pixel.
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR: return;
    default: fail_by_library(decoder);
  }
}

static void say_nothing(j_common_ptr decoder) { (void)decoder; }

static void watch(j_common_ptr decoder) {
  if (((j_decompress_ptr)decoder)->input_scan_number > MOST_SCANS)
    fail((struct jpeg_work *)decoder->err, PICTURE_DAMAGED, "it has more than 100 scans");
}

static void keep_exif(struct jpeg_work *work) {
  static const uint8_t name[6] = {'E', 'x', 'i', 'f', 0, 0};
  for (jpeg_saved_marker_ptr marker = work->decoder.marker_list; marker != NULL; marker = marker->next) {
    if (marker->data_length <= sizeof name || memcmp(marker->data, name, sizeof name) != 0) continue;
    const size_t size = marker->data_length - sizeof name;
    work->picture->exif = malloc(size);
    if (work->picture->exif == NULL) fail(work, PICTURE_OUT_OF_MEMORY, NULL);
    memcpy(work->picture->exif, marker->data + sizeof name, size);
    work->picture->exif_size = size;
    return;
  }
}

/// Inks, where 255 is none.
static void red_green_blue(const uint8_t *inks, uint8_t *pixels, size_t count) {
  for (size_t i = 0; i < count; i++, inks += 4, pixels += 3)
    for (int channel = 0; channel < 3; channel++) pixels[channel] = (uint8_t)((inks[channel] * inks[3] + 127) / 255);
}

static void decode(struct jpeg_work *work) {
  struct jpeg_decompress_struct *decoder = &work->decoder;
  struct picture *picture = work->picture;
  jpeg_create_decompress(decoder);
  decoder->progress = &work->progress;
  jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xFFFF);
  jpeg_mem_src(decoder, work->bytes, work->size);
  jpeg_read_header(decoder, TRUE);
  picture->width = decoder->image_width;
  picture->height = decoder->image_height;
  const size_t pixels = (size_t)picture->width * picture->height;
  if (pixels > work->most_pixels) fail(work, PICTURE_TOO_LARGE, NULL);
  if (decoder->arith_code) fail(work, PICTURE_DAMAGED, "its coding is arithmetic, which is not read: convert it");
  // Before memory is taken: of each block's mean the file says at least a bit.
  uint64_t blocks = 0;
  for (int i = 0; i < decoder->num_components; i++)
    blocks += (uint64_t)decoder->comp_info[i].width_in_blocks * decoder->comp_info[i].height_in_blocks;
  if (blocks / 8 > work->size) {
    work->status = picture_cannot_hold(picture, work->size);
    longjmp(work->place, 1);
  }
  keep_exif(work);

  const int has_inks = decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK;
  decoder->out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(decoder);
  if (decoder->output_components != (has_inks ? 4 : 3)) fail(work, PICTURE_DAMAGED, "unknown kind of pixels");
  picture->pixels = calloc(pixels, 3);
  if (picture->pixels == NULL) fail(work, PICTURE_OUT_OF_MEMORY, NULL);
  if (has_inks) {
    work->row = malloc(4 * (size_t)picture->width);
    if (work->row == NULL) fail(work, PICTURE_OUT_OF_MEMORY, NULL);
  }
  while (decoder->output_scanline < decoder->output_height) {
    uint8_t *own = picture->pixels + 3 * (size_t)picture->width * decoder->output_scanline;
    JSAMPROW row = has_inks ? work->row : own;
    if (jpeg_read_scanlines(decoder, &row, 1) == 1 && has_inks) red_green_blue(work->row, own, picture->width);
  }
  jpeg_finish_decompress(decoder);
}

/// Its locals do not change after setjmp.
static void decode_or_return(struct jpeg_work *work) {
  if (setjmp(work->place) == 0) decode(work);
}

enum picture_status picture_decode_jpeg(const uint8_t *bytes, size_t size, uint64_t most_pixels, struct picture *picture) {
  struct jpeg_work work;
  memset(&work, 0, sizeof work);
  work.bytes = bytes;
  work.size = size;
  work.most_pixels = most_pixels;
  work.picture = picture;
  work.decoder.err = jpeg_std_error(&work.errors);
  work.errors.error_exit = fail_by_library;
  work.errors.emit_message = fail_by_warning;
  work.errors.output_message = say_nothing;
  work.progress.progress_monitor = watch;
  decode_or_return(&work);
  jpeg_destroy_decompress(&work.decoder);
  free(work.row);
  if (work.status != PICTURE_DECODED) {
    free(picture->pixels);
    picture->pixels = NULL;
  }
  return work.status;
}

enum picture_status picture_cannot_hold(struct picture *picture, size_t size) {
  snprintf(
      picture->message, sizeof picture->message, "its %zu bytes cannot hold %u×%u pixels", size, picture->width,
      picture->height);
  return PICTURE_DAMAGED;
}

void picture_free(struct picture *picture) {
  free(picture->pixels);
  free(picture->exif);
  memset(picture, 0, sizeof *picture);
}
