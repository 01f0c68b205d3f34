import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPSClient;
import org.apache.commons.net.util.TrustManagerUtils;

/**
 * The conversation of Java clients (Apache Commons Net, hence Camel and Spring): java -cp commons-net.jar CommonsNet.java
 * IMPLICIT_PORT EXPLICIT_PORT LOGIN PASSWORD. One line for each pair of door and TLS version: what came out otherwise
 * than it should.
 */
public class CommonsNet {
  public static void main(String[] args) throws Exception {
    for (boolean implicit : new boolean[] {true, false})
      for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
        int port = Integer.parseInt(args[implicit ? 0 : 1]);
        String found = converse(implicit, version, port, args[2], args[3]);
        System.out.println((implicit ? "implicit " : "explicit ") + version + ": " + found);
      }
  }

  static String converse(boolean implicit, String version, int port, String login, String password) throws Exception {
    FTPSClient client = new FTPSClient("TLS", implicit);
    client.setEnabledProtocols(new String[] {version});
    client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
    client.setDefaultTimeout(20_000);
    client.connect("127.0.0.1", port);
    client.setSoTimeout(20_000);
    if (!client.login(login, password)) return client.getReplyString();
    client.execPBSZ(0);
    client.execPROT("P");
    client.enterLocalPassiveMode();
    client.setFileType(FTP.BINARY_FILE_TYPE);
    String prefix = (implicit ? "i" : "e") + version.charAt(version.length() - 1);
    byte[] big = new byte[2_000_000];
    Arrays.fill(big, (byte) 'x');
    for (int file = 0; file < 10; file++)
      if (!store(client, prefix + file + ".csv", "first".getBytes())) return "upload: " + client.getReplyString();
    if (!store(client, prefix + "0.csv", "second, longer".getBytes())) return "replace: " + client.getReplyString();
    if (!store(client, prefix + "-empty.csv", new byte[0])) return "empty: " + client.getReplyString();
    if (!store(client, prefix + "-big.part", big)) return "big: " + client.getReplyString();
    if (!client.rename(prefix + "-big.part", prefix + "-big.csv")) return "rename: " + client.getReplyString();
    int listed = client.listFiles(prefix + "*").length;
    if (listed != 12) return "list: " + listed + " " + client.getReplyString();
    ByteArrayOutputStream fetched = new ByteArrayOutputStream();
    if (!client.retrieveFile(prefix + "-big.csv", fetched)) return "download: " + client.getReplyString();
    if (!Arrays.equals(fetched.toByteArray(), big)) return "download: other bytes";
    if (!client.deleteFile(prefix + "9.csv")) return "delete: " + client.getReplyString();
    if (client.retrieveFile("/../../etc/passwd", fetched)) return "outside: " + client.getReplyString();
    client.logout();
    client.disconnect();
    return "fine";
  }

  static boolean store(FTPSClient client, String name, byte[] content) throws Exception {
    return client.storeFile(name, new ByteArrayInputStream(content));
  }
}
