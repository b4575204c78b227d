// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// y = x where x > 0, else slope * x. Any rank; a member is one vector of one row.
void main(tensor ifm, tensor ofm, float slope)
{
    const int5 indexSpaceStart = get_index_space_offset();
    const int5 indexSpaceEnd   = get_index_space_size() + indexSpaceStart;

    int5 ifmCoords = {0, 0, 0, 0, 0};

    // DEPTH
    const int depthStep  = 64;
    const int depthStart = indexSpaceStart[0] * depthStep;
    const int depthEnd   = indexSpaceEnd[0] * depthStep;

    // WIDTH
    const int widthStep  = 1;
    const int widthStart = indexSpaceStart[1] * widthStep;
    const int widthEnd   = indexSpaceEnd[1] * widthStep;

    // HEIGHT
    const int heightStep  = 1;
    const int heightStart = indexSpaceStart[2];
    const int heightEnd   = indexSpaceEnd[2];

    // BATCH
    const int batchStep  = 1;
    const int batchStart = indexSpaceStart[3];
    const int batchEnd   = indexSpaceEnd[3];

    // FIFTH DIM
    const int fifthDimStart = indexSpaceStart[4];
    const int fifthDimEnd   = indexSpaceEnd[4];

    #pragma loop_taken
    for (int d = depthStart; d < depthEnd; d += depthStep)
    {
        ifmCoords[0] = d;
        #pragma loop_taken
        for (int f = fifthDimStart; f < fifthDimEnd; f++)
        {
            ifmCoords[4] = f;
            #pragma loop_taken
            for (int b = batchStart; b < batchEnd; b += batchStep)
            {
                ifmCoords[3] = b;
                #pragma loop_taken
                for (int h = heightStart; h < heightEnd; h += heightStep)
                {
                    ifmCoords[2] = h;
                    #pragma loop_taken
                    for (int w = widthStart; w < widthEnd; w += widthStep)
                    {
                        ifmCoords[1] = w;
                        float64 x = v_f32_ld_tnsr_b(ifmCoords, ifm);
                        float64 y = x > 0.0f ? x : x * slope;
                        v_f32_st_tnsr(ifmCoords, ofm, y);
                    }
                }
            }
        }
    }
}
