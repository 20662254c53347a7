/** The baseline of a cold start. */
public class Empty {
    public static void main(String[] arguments) {}
}
