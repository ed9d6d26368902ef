/// The functions of an exported C file that are the same for every network.
///
/// A convolution runs as in `PixelConvolution`: the rows of pixels that survivors meet are unfolded block by block into a
/// buffer that fits the first-level cache; a survivor is then its weight times one row. Vectors are those of GCC and Clang,
/// as wide as the target's; other compilers get plain floats.
enum CRuntime {
  static let vectors = #"""
    /* Vectors of the target's width for GCC and Clang; single floats for any other compiler, and where PLAIN_C is defined. */
    #if defined(__GNUC__) && !defined(PLAIN_C)
    #if defined(__AVX512F__)
    #define LANES 16
    #elif defined(__AVX__)
    #define LANES 8
    #else
    #define LANES 4
    #endif
    #define ALIGNED __attribute__((aligned(64)))
    typedef float vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
    typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));
    #else
    #define LANES 1
    #define ALIGNED
    typedef float vector;
    #endif
    """#

  static let layer = #"""
    /* A convolution with what follows it: y = max(0, W * x + bias + residual). Survivors lie block by block, in each block by
       output channel; a block is as many unfolded rows as stay in the first-level cache. */
    struct layer {
      const float *weights;       /* each survivor's value */
      const uint16_t *places;     /* where its row begins in the block, in floats */
      const uint16_t *counts;     /* [block][output channel]: how many */
      const uint32_t *sources;    /* where each row begins in the padded channels */
      const uint16_t *channels;   /* the input channels that are read */
      const float *bias;          /* one an output channel, or one a pixel */
      const int16_t *residual;    /* the channel that is added to each output channel, -1 for none; or NULL */
      int channel_count, row_count, block_rows, outputs, bias_pixels, rectifies;
      int height, width, padding, stride;   /* of the input; the distance of the kernel's steps */
      int phase, row, plane;                /* floats of a row's columns of one remainder, of a padded row, of a channel */
      int output_height, output_width, band;   /* rows of pixels that are computed together */
      int tile;                             /* 0, or how many output channels are computed together, dense */
    };
    """#

  static let pad = #"""
    /* Copies the channels that are read into padded ones. At stride 2 a row's even columns come first, then its odd ones. */
    static void pad(const float *x, const uint16_t *channels, int count, int height, int width, int padding, int stride,
                    int phase, int row, int plane, float fill) {
      int c, i, j;
      if (padding > 0)
        for (i = 0; i < count * plane; i++) padded[i] = fill;
      for (c = 0; c < count; c++) {
        const float *from = x + (channels ? channels[c] : c) * height * width;
        float *to = padded + c * plane + padding * row;
        for (i = 0; i < height; i++, from += width, to += row) {
          if (stride == 1) {
            memcpy(to + padding, from, (size_t)width * sizeof(float));
          } else {
            float *evens = to + (padding & 1) * phase + padding / 2;
            float *odds = to + ((padding + 1) & 1) * phase + (padding + 1) / 2;
            for (j = 0; j + 1 < width; j += 2) {
              evens[j / 2] = from[j];
              odds[j / 2] = from[j + 1];
            }
            if (j < width) evens[j / 2] = from[j];
          }
        }
      }
    }
    """#

  static let unfold = #"""
    #define UNFOLD(floats) \
      for (r = 0; r < count; r++) { \
        const float *from = padded + sources[r] + first; \
        for (i = 0; i < lines; i++, from += step, to += floats) memcpy(to, from, floats * sizeof(float)); \
      }

    /* Writes rows one after another: for each, the lines of pixels that its tap meets, without gaps. */
    static void unfold(const uint32_t *sources, int count, int first, int lines, int width, int step, float *to) {
      int r, i;
      switch (width) {
      case 1: UNFOLD(1) break;
      case 2: UNFOLD(2) break;
      case 4: UNFOLD(4) break;
      case 8: UNFOLD(8) break;
      case 16: UNFOLD(16) break;
      default: UNFOLD((size_t)width) break;
      }
    }
    """#

  static let convolve = #"""
    static void convolve(const struct layer *l, const float *x, const float *residual, float *y) {
      const int pixels = l->output_height * l->output_width;
      int o, p, top, block;
      for (o = 0; o < l->outputs; o++) {
        const float *bias = l->bias + o * l->bias_pixels;
        float *to = y + o * pixels;
        for (p = 0; p < pixels; p++) to[p] = bias[l->bias_pixels == 1 ? 0 : p];
        if (l->residual && l->residual[o] >= 0) {
          const float *added = residual + l->residual[o] * pixels;
          for (p = 0; p < pixels; p++) to[p] += added[p];
        }
      }
      if (l->row_count > 0)
        pad(x, l->channels, l->channel_count, l->height, l->width, l->padding, l->stride, l->phase, l->row, l->plane, 0);
      for (top = 0; top < l->output_height; top += l->band) {
        const float *weights = l->weights;
        const uint16_t *places = l->places, *counts = l->counts;
        const int columns = l->band * l->output_width;
        for (block = 0; block < l->row_count; block += l->block_rows) {
          const int rest = l->row_count - block;
          unfold(l->sources + block, rest < l->block_rows ? rest : l->block_rows, top * l->stride * l->row, l->band,
                 l->output_width, l->stride * l->row, unfolded);
          /* TILES */
          for (o = 0; o < l->outputs; o++) {
            multiply(weights, places, *counts, unfolded, y + o * pixels + top * l->output_width, columns);
            weights += *counts;
            places += *counts++;
          }
        }
      }
      if (l->rectifies)
        for (p = 0; p < l->outputs * pixels; p++) y[p] = y[p] < 0 ? 0 : y[p];
    }
    """#

  static let tiles = #"""
    /* A layer whose outputs have few pixels and whose weights are many: whole vectors of output channels, zeros included. */
    static void multiply_tiles(const struct layer *l, float *y) {
      const int pixels = l->output_height * l->output_width;
      const float *weights = l->weights;
      int first, p, lane;
      for (first = 0; first < l->outputs; first += l->tile, weights += l->row_count * l->tile)
        for (p = 0; p < pixels; p++) {
          float ALIGNED sums[64] = {0};
          multiply_dense(weights, l->tile, unfolded + p, pixels, l->row_count, sums);
          for (lane = 0; lane < l->tile && first + lane < l->outputs; lane++) y[(first + lane) * pixels + p] += sums[lane];
        }
    }
    """#
}
